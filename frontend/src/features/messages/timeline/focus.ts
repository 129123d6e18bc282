import type { KeyboardEvent } from "react";

/**
 * The arrow keys inside the log: up and down go from message to message, left and right along a
 * message's actions, Escape back to the composer.
 */
export function moveFocus(event: KeyboardEvent<HTMLElement>, leave: () => void): void {
  const at = event.target as HTMLElement;
  if (at.closest("textarea, input, [role=menu]") || event.altKey || event.ctrlKey || event.metaKey) return;
  const article = at.closest<HTMLElement>("[data-message]");

  if (event.key === "Escape" && at !== event.currentTarget) {
    event.preventDefault();
    leave();
  } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    if (at.closest("pre")) return;
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-message]")];
    const here = article ? all.indexOf(article) : all.length;
    const next = all[event.key === "ArrowUp" ? here - 1 : here + 1];
    if (!next) return;
    event.preventDefault();
    next.focus();
  } else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && article) {
    const buttons = [...article.querySelectorAll<HTMLElement>("[role=toolbar] button")];
    const forward = (event.key === "ArrowRight") === (getComputedStyle(article).direction === "ltr");
    const next = buttons[buttons.indexOf(at) + (forward ? 1 : -1)];
    if (!next || (at !== article && !buttons.includes(at))) return;
    event.preventDefault();
    next.focus();
  }
}
