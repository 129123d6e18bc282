import { PASSWORD, uniqueName } from "./support/api.js";
import { message } from "./support/screens.js";
import { expect, test } from "./support/test.js";

test("a new display name is seen at once by the other, also on old messages", async ({ person, visit }) => {
  const [ana, ben] = [await person("Ana Amaral"), await person("Ben Okoro")];
  const room = await ana.channel(uniqueName("studio"), [ben]);
  await ana.post(room, "signed");
  const [hers, his] = [await visit(ana, "/settings"), await visit(ben, `/r/${room.id}`)];
  await expect(message(his, "signed")).toHaveAccessibleName(/^Ana Amaral, /u);

  await expect(hers).toHaveURL(/\/settings\/profile$/u);
  await hers.getByRole("textbox", { name: "Display name" }).fill("Ana Beatriz");
  await hers.getByRole("button", { name: "Save" }).click();
  await expect(message(his, "signed")).toHaveAccessibleName(/^Ana Beatriz, /u);
  await hers.getByRole("button", { name: "Back" }).click();
  await expect(hers.getByRole("contentinfo", { name: "You" })).toContainText("Ana Beatriz");
});

test("a new password ends the other sessions and none of the old one's", async ({ person, recorder, visit }) => {
  const ana = await person("Ana Amaral");
  const elsewhere = await ana.signInAgain();
  recorder.expectRefusal(/^401 (GET|PUT|DELETE) /u);
  const [here, there] = [await visit(ana, "/settings/account"), await visit(elsewhere)];
  await expect(there.getByRole("button", { name: "New room" })).toBeVisible();
  const form = here.getByRole("form", { name: "Change password" });

  await form.getByRole("textbox", { name: "Current password" }).fill("not-the-password");
  await form.getByRole("textbox", { name: "New password" }).fill("four-brown-otters-2");
  await form.getByRole("button", { name: "Change password" }).click();
  await expect(form.getByRole("textbox", { name: "Current password" })).toHaveAccessibleDescription(
    "That is not your current password.",
  );
  await form.getByRole("textbox", { name: "Current password" }).fill(PASSWORD);
  await form.getByRole("button", { name: "Change password" }).click();

  await expect(there.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(here.getByText("Password changed. Your other sessions were signed out.")).toBeVisible();
  await expect(here.getByRole("list", { name: "Sessions" }).getByRole("listitem")).toHaveCount(1);
});

test("one session is ended from the list of sessions", async ({ person, recorder, visit }) => {
  recorder.expectRefusal(/^401 GET /u);
  const ana = await person("Ana Amaral");
  const elsewhere = await ana.signInAgain();
  const [here, there] = [await visit(ana, "/settings/account"), await visit(elsewhere)];
  const sessions = here.getByRole("list", { name: "Sessions" }).getByRole("listitem");
  await expect(sessions).toHaveCount(2);
  await expect(sessions.filter({ hasText: "This device" })).toHaveCount(1);
  await expect(there.getByRole("button", { name: "New room" })).toBeVisible();

  await sessions.getByRole("button", { name: /^Sign out/u }).click();
  await expect(there.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(sessions).toHaveCount(1);
  await expect(here.getByRole("heading", { name: "Account" })).toBeVisible();
});

test("the theme is kept, follows to other devices, and can follow the system", async ({ person, visit }) => {
  const ana = await person("Ana Amaral");
  const [here, there] = [await visit(ana, "/settings/appearance"), await visit(await ana.signInAgain())];
  const background = (page: typeof here) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await here.emulateMedia({ colorScheme: "light" });
  const light = await background(here);

  await here.getByRole("radio", { name: "Dark" }).check();
  await expect.poll(() => background(here)).not.toBe(light);
  const dark = await background(here);
  await expect.poll(() => background(there)).toBe(dark);
  await here.reload();
  await expect(here.getByRole("radio", { name: "Dark" })).toBeChecked();
  expect(await background(here)).toBe(dark);

  await here.getByRole("radio", { name: "Like the system" }).check();
  await expect.poll(() => background(here)).toBe(light);
  await here.emulateMedia({ colorScheme: "dark" });
  await expect.poll(() => background(here)).toBe(dark);
  await here.getByRole("radio", { name: "Light" }).check();
  await expect.poll(() => background(here)).toBe(light);
});

test("another language turns the page around and back", async ({ person, visit }) => {
  const ana = await person("Ana Amaral");
  const name = uniqueName("souk");
  await ana.channel(name);
  const page = await visit(ana, "/settings/appearance");
  await page.getByRole("combobox", { name: "Language" }).click();
  await page.getByRole("option", { name: "العربية" }).click();
  const root = page.locator("html");
  await expect(root).toHaveAttribute("dir", "rtl");
  await expect(root).toHaveAttribute("lang", "ar");

  await page.goto("/");
  await expect(root).toHaveAttribute("dir", "rtl");
  const [list, main] = [page.getByRole("link", { name }), page.getByRole("main")];
  await expect(list).toBeVisible();
  expect((await list.boundingBox())?.x).toBeGreaterThan((await main.boundingBox())?.x ?? Infinity);

  await page.goto("/settings/appearance");
  await page.getByRole("combobox").click();
  await page.getByRole("option", { name: "English" }).click();
  await expect(root).toHaveAttribute("dir", "ltr");
  await expect(page.getByRole("region", { name: "Settings" })).toBeVisible();
});
