import { expect, type Locator, type Page } from "@playwright/test";

/** The messages of the room that is open. */
export const log = (page: Page): Locator => page.getByRole("log");

/** The messages whose text holds these words. */
export const message = (page: Page, text: string): Locator => log(page).getByRole("article").filter({ hasText: text });

export const composer = (page: Page, room: string): Locator =>
  page.getByRole("textbox", { name: `Message ${room}`, exact: true });

export const roomLink = (page: Page, room: string): Locator =>
  page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name: new RegExp(`(^| )${room}( |$)`, "u") });

export async function say(page: Page, room: string, text: string): Promise<void> {
  await composer(page, room).fill(text);
  await composer(page, room).press("Enter");
}

/** Opens a room from the list and waits until it can be written in. */
export async function openRoom(page: Page, room: string): Promise<void> {
  await roomLink(page, room).click();
  await expect(composer(page, room)).toBeVisible();
}

/** The texts of the messages on the screen, from top to bottom, those still on their way last. */
export async function texts(page: Page): Promise<string[]> {
  const rows = await log(page).getByRole("article").getByRole("paragraph").allInnerTexts();
  return rows.map((row) => row.trim());
}
