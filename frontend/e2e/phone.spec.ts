import { uniqueName } from "./support/api.js";
import { composer, message, roomLink } from "./support/screens.js";
import { expect, test } from "./support/test.js";

test("a phone shows one column at a time and leads back @phone", async ({ person, visit }) => {
  const [ana, ben] = [await person("Ana Amaral"), await person("Ben Okoro")];
  const name = uniqueName("pocket");
  const room = await ana.channel(name, [ben]);
  await ben.post(room, "hello from afar");
  const page = await visit(ana);
  const list = page.getByRole("navigation", { name: "Rooms" });

  await expect(page).toHaveTitle(/^\(1\) /u);
  await roomLink(page, name).tap();
  await expect(message(page, "hello from afar")).toBeVisible();
  await expect(list).toBeHidden();
  expect((await page.getByRole("main").boundingBox())?.width).toBe(page.viewportSize()?.width);
  await composer(page, name).fill("hello back");
  await page.getByRole("button", { name: "Send" }).tap();
  await expect(message(page, "hello back")).toBeVisible();
  expect(await ana.history(room)).toEqual(["hello from afar", "hello back"]);

  await page.getByRole("button", { name: "Members: 2" }).tap();
  await expect(page.getByRole("complementary", { name: "Members" })).toBeVisible();
  await expect(composer(page, name)).toBeHidden();
  await page.getByRole("complementary", { name: "Members" }).getByRole("button", { name: "Close" }).tap();
  await expect(composer(page, name)).toBeVisible();

  await page.getByRole("button", { name: "Back" }).tap();
  await expect(roomLink(page, name)).toBeVisible();
  await expect(composer(page, name)).toBeHidden();

  await page.getByRole("link", { name: "Settings" }).tap();
  await expect(page.getByRole("region", { name: "Settings" })).toBeVisible();
  await expect(list).toBeHidden();
  await page.getByRole("button", { name: "Back" }).tap();
  await expect(list).toBeVisible();

  // Nothing is wider than the screen anywhere.
  for (const path of ["/", `/r/${room.id}`, "/discover", "/settings/profile", "/settings/account", "/settings/appearance"]) {
    await page.goto(path);
    await expect(page.getByRole("main")).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), path).toBeLessThanOrEqual(0);
  }
});
