import type { Locator, Page } from "@playwright/test";
import { PASSWORD, uniqueName } from "./support/api.js";
import { composer, log, message, roomLink } from "./support/screens.js";
import { expect, test } from "./support/test.js";

/** Presses Tab until this has the focus; a control that cannot be reached so fails the test. */
async function tabTo(page: Page, wanted: Locator, key = "Tab"): Promise<void> {
  for (let pressed = 0; pressed < 60; pressed += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`60 times ${key} do not lead to ${wanted.toString()}`);
}

test("everything in a day's work is done from the keyboard", async ({ person, server, visitSignedOut }) => {
  const ana = await person("Ana Amaral");
  const [alpha, beta] = [uniqueName("alpha"), uniqueName("beta")];
  await ana.channel(alpha);
  const page = await visitSignedOut(server);
  const keys = page.keyboard;

  await expect(page.getByRole("textbox", { name: "Email or username" })).toBeFocused();
  await keys.type(ana.user.username);
  await keys.press("Tab");
  await keys.type(PASSWORD);
  await keys.press("Enter");
  await expect(roomLink(page, alpha)).toBeVisible();

  await tabTo(page, page.getByRole("button", { name: "New room" }));
  await keys.press("Enter");
  await expect(page.getByRole("textbox", { name: "Room name" })).toBeFocused();
  await keys.type(beta);
  await keys.press("Enter");
  await expect(composer(page, beta)).toBeFocused();
  await keys.type("from the keyboard");
  await keys.press("Enter");
  await expect(message(page, "from the keyboard")).toBeVisible();

  await keys.press("Alt+ArrowUp");
  await expect(page.getByRole("heading", { name: alpha, level: 1 })).toBeVisible();
  await expect(composer(page, alpha)).toBeFocused();
  await keys.press("Alt+ArrowDown");
  await expect(composer(page, beta)).toBeFocused();

  await tabTo(page, log(page), "Shift+Tab");
  await keys.press("ArrowUp");
  await expect(message(page, "from the keyboard")).toBeFocused();
  for (const name of ["Reply", "Edit"]) {
    await keys.press("ArrowRight");
    await expect(message(page, "from the keyboard").getByRole("button", { name, exact: true })).toBeFocused();
  }
  await keys.press("Enter");
  await expect(page.getByRole("textbox", { name: "Edit message" })).toBeFocused();
  await keys.type(", twice");
  await keys.press("Enter");
  await expect(message(page, "from the keyboard, twice")).toBeVisible();
  await expect(composer(page, beta)).toBeFocused();

  await keys.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Go to a room, a person or an action" })).toBeFocused();
  await keys.type(alpha);
  await expect(page.getByRole("option", { name: alpha })).toHaveAttribute("aria-selected", "true");
  await keys.press("Enter");
  await expect(composer(page, alpha)).toBeFocused();

  await keys.press("Control+/");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await keys.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(composer(page, alpha)).toBeFocused();

  await keys.press("Control+k");
  await keys.type("appear");
  await keys.press("Enter");
  await expect(page.getByRole("region", { name: "Settings" })).toBeVisible();
  await tabTo(page, page.getByRole("radio", { name: "Like the system" }));
  await keys.press("ArrowRight");
  await expect(page.getByRole("radio", { name: "Light" })).toBeChecked();

  await keys.press("Control+k");
  await keys.type("sign out");
  await keys.press("Enter");
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
});

test("unread rooms are reached with Shift and Alt, and Escape marks a room read", async ({ person, visit }) => {
  const [ana, ben] = [await person("Ana Amaral"), await person("Ben Okoro")];
  const [alpha, beta, gamma] = [uniqueName("alpha"), uniqueName("beta"), uniqueName("gamma")];
  const first = await ana.channel(alpha, [ben]);
  await ana.channel(beta, [ben]);
  const third = await ana.channel(gamma, [ben]);
  await ana.post(third, "look here");
  const page = await visit(ben, `/r/${first.id}`);
  await expect(composer(page, alpha)).toBeFocused();
  await expect(roomLink(page, gamma)).toHaveAccessibleName(`${gamma} 1 unread message`);
  await page.keyboard.press("Shift+Alt+ArrowDown");
  await expect(composer(page, gamma)).toBeFocused();

  await page.keyboard.press("Alt+ArrowDown");
  await expect(composer(page, alpha)).toBeFocused();
  for (let n = 1; n <= 80; n += 1) await ana.post(first, `line ${n}`);
  await expect(message(page, "line 80")).toBeInViewport();
  await expect(roomLink(page, alpha)).toHaveAccessibleName(alpha);
  await page.keyboard.press("Alt+ArrowUp");
  for (let n = 81; n <= 160; n += 1) await ana.post(first, `line ${n}`);
  await expect(roomLink(page, alpha)).toHaveAccessibleName(`${alpha} 80 unread messages`);
  await page.keyboard.press("Alt+ArrowDown");
  await expect(log(page).getByRole("separator", { name: "New messages" })).toBeInViewport();
  await page.keyboard.press("Escape");
  await expect(roomLink(page, alpha)).toHaveAccessibleName(alpha);
});
