import type { Locator, Page } from "@playwright/test";
import { type Person, uniqueName } from "./support/api.js";
import { composer, log, message, say } from "./support/screens.js";
import { expect, test } from "./support/test.js";

const MESSAGES = 500;
const rows = (page: Page): Locator => log(page).getByRole("article");
const nth = (page: Page, n: number): Locator =>
  log(page).getByRole("article").filter({ hasText: new RegExp(`no\\. ${n}\\b`, "u") });
const height = (page: Page): Promise<number> => log(page).evaluate((element) => element.scrollHeight);

/** A room with a long history whose messages are of many heights. */
async function longRoom(ana: Person): Promise<{ id: string; name: string }> {
  const name = uniqueName("archive");
  const { id } = await ana.channel(name);
  for (let n = 1; n <= MESSAGES; n += 1) {
    await ana.post({ id }, `no. ${n} ${"of the log, which goes on. ".repeat((n * 7) % 23)}`);
  }
  return { id, name };
}

test("scrolling up keeps its place while older messages come in", async ({ person, visit }) => {
  const ana = await person("Ana Amaral");
  const { id } = await longRoom(ana);
  const page = await visit(ana);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/messages?*before=*", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`/r/${id}`);
  await expect(nth(page, MESSAGES)).toBeInViewport();

  await log(page).hover();
  await expect(async () => {
    await page.mouse.wheel(0, -900);
    await expect(page.getByText("Loading older messages…")).toBeVisible({ timeout: 200 });
  }).toPass();
  const [read, before] = [await inTheMiddle(page), await height(page)];
  const place = await read.boundingBox();
  release();
  await expect.poll(() => height(page)).toBeGreaterThan(before + 1000);
  await expect(page.getByText("Loading older messages…")).toBeHidden();
  expect((await read.boundingBox())?.y).toBeCloseTo(place?.y ?? 0, -1);
});

test("a long way through the history costs the page no more than a short one", async ({ person, visit }) => {
  const ana = await person("Ana Amaral");
  const { id, name } = await longRoom(ana);
  const page = await visit(ana, `/r/${id}`);
  await expect(nth(page, MESSAGES)).toBeInViewport();
  await log(page).hover();
  let most = 0;
  await expect(async () => {
    await page.mouse.wheel(0, -4000);
    most = Math.max(most, await rows(page).count());
    await expect(page.getByText(`This is the beginning of ${name}.`)).toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 40_000, intervals: [0] });
  expect(most).toBeLessThan(100);
  await expect(nth(page, 1)).toBeVisible();

  await page.getByRole("button", { name: "Jump to newest" }).click();
  await expect(nth(page, MESSAGES)).toBeInViewport();
  await expect(page.getByRole("button", { name: "Jump to newest" })).toBeHidden();
});

test("an address with a number opens the room around that message, and stays there", async ({ person, visit }) => {
  const ana = await person("Ana Amaral");
  const { id, name } = await longRoom(ana);
  const page = await visit(ana, `/r/${id}/200`);
  await expect(nth(page, 200)).toBeInViewport();
  await expect(nth(page, MESSAGES)).toHaveCount(0);

  // A new message at the far end moves nothing here.
  const place = await nth(page, 200).boundingBox();
  await ana.post({ id }, "something new");
  await expect(page.getByRole("button", { name: "Jump to newest" })).toBeVisible();
  expect((await nth(page, 200).boundingBox())?.y).toBeCloseTo(place?.y ?? 0, -1);

  // Reading on from there, page after page, skips nothing.
  await log(page).hover();
  for (const n of [215, 230, 245, 260]) {
    await expect(async () => {
      await page.mouse.wheel(0, 500);
      await expect(nth(page, n)).toBeInViewport({ timeout: 100 });
    }).toPass({ intervals: [0] });
  }

  // Writing leads to where it is written.
  await say(page, name, "an answer");
  await expect(message(page, "an answer")).toBeInViewport();
  await expect(message(page, "something new")).toBeInViewport();
  await expect(composer(page, name)).toBeFocused();
});

test("a draft stays with its room", async ({ person, visit }) => {
  const ana = await person("Ana Amaral");
  const [one, two] = [uniqueName("one"), uniqueName("two")];
  const rooms = [await ana.channel(one), await ana.channel(two)];
  const page = await visit(ana, `/r/${rooms[0]?.id}`);
  await composer(page, one).fill("not finished");
  await page.goto(`/r/${rooms[1]?.id}`);
  await expect(composer(page, two)).toHaveValue("");
  await page.goto(`/r/${rooms[0]?.id}`);
  await expect(composer(page, one)).toHaveValue("not finished");
});

/** The message across the middle of what is seen. */
async function inTheMiddle(page: Page): Promise<Locator> {
  const frame = await log(page).boundingBox();
  if (!frame) throw new Error("there is no log");
  const middle = frame.y + frame.height / 2;
  for (const row of await rows(page).all()) {
    const box = await row.boundingBox();
    if (!box || box.y > middle || box.y + box.height < middle) continue;
    const text = (await row.innerText()).match(/no\. (\d+)/u)?.[1];
    if (text) return nth(page, Number(text));
  }
  throw new Error("no message is in the middle");
}
