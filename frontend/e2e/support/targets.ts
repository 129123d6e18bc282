import type { Page } from "@playwright/test";

/**
 * What on the page is touched but smaller than 44 px, as "name: width x height". Links within
 * text are as high as their line, and a control inside a label is as large as the label.
 */
export function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const LEAST = 43.5;
    const controls = "a[href], button, input, select, textarea, summary, [role=menuitem], [role=option], [role=switch]";
    const found: string[] = [];
    for (const control of document.querySelectorAll<HTMLElement>(controls)) {
      const target = control.closest("label") ?? (control as HTMLInputElement).labels?.[0]?.closest("label") ?? control;
      const box = target.getBoundingClientRect();
      // The link that skips to the content lies above the page until the keyboard calls it.
      const shown = control.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && box.bottom > 0;
      if (!shown || box.width <= 1 || box.height <= 1 || control.closest("[inert], [aria-hidden=true]")) continue;
      if (control.matches("a[href], button") && getComputedStyle(control).display === "inline") continue;
      if (isField(control) ? areaOf(control) >= LEAST : reach(target, box)) continue;
      // Under a dialog or outside the scrolled part nothing is touched.
      if (!target.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2))) continue;
      const name = control.getAttribute("aria-label") ?? control.textContent ?? "";
      found.push(`${control.tagName.toLowerCase()} ${name.trim().slice(0, 40)}: ${Math.round(box.width)} x ${Math.round(box.height)}`);
    }
    return found;

    function isField(control: HTMLElement): boolean {
      return control.matches("textarea, input:not([type=radio], [type=checkbox])");
    }

    /** A field is touched anywhere in the box that it is drawn in. */
    function areaOf(field: HTMLElement): number {
      return field.parentElement?.getBoundingClientRect().height ?? 0;
    }

    /** Large enough itself, or a touch that far from its middle still meets it. */
    function reach(target: HTMLElement, box: DOMRect): boolean {
      if (box.width >= LEAST && box.height >= LEAST) return true;
      const [x, y, half] = [box.x + box.width / 2, box.y + box.height / 2, LEAST / 2 - 1];
      const far: [number, number][] = [[x - half, y], [x + half, y], [x, y - half], [x, y + half]];
      return far.every(([atX, atY]) => target.contains(document.elementFromPoint(atX, atY)));
    }
  });
}
