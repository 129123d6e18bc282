import type { Page } from "@playwright/test";
import { Person, uniqueName } from "./support/api.js";
import { composer, log, message, say, texts } from "./support/screens.js";
import { expect, test } from "./support/test.js";

const notice = (page: Page, text: string) => page.getByRole("status").filter({ hasText: text });

test("when the server is killed both see that it is coming back, and then everything, once", async ({
  instance,
  recorder,
  visit,
}) => {
  recorder.expectLosses();
  recorder.expectRefusal(/^503 /u);
  const server = await instance();
  const [ana, ben] = [await Person.register(server.url, "Ana Amaral"), await Person.register(server.url, "Ben Okoro")];
  const room = await ana.channel("storm", [ben]);
  const [hers, his] = [await visit(ana, `/r/${room.id}`), await visit(ben, `/r/${room.id}`)];
  await say(hers, "storm", "before 1");
  await say(his, "storm", "before 2");
  await expect(message(hers, "before 2")).toBeVisible();

  server.killApi();
  await say(hers, "storm", "during 1");
  await say(his, "storm", "during 2");
  await Promise.all([hers, his].map((page) => expect(notice(page, "Reconnecting")).toBeVisible()));
  await say(hers, "storm", "during 3");

  await Promise.all([hers, his].map((page) => expect(notice(page, "Reconnecting")).toBeHidden()));
  for (const page of [hers, his]) {
    for (const text of ["during 1", "during 2", "during 3"]) await expect(message(page, text)).toHaveCount(1);
  }
  await say(his, "storm", "after");
  await expect(message(hers, "after")).toBeVisible();

  const history = await ana.history(room);
  expect([...history].sort()).toEqual(["after", "before 1", "before 2", "during 1", "during 2", "during 3"]);
  expect(history.indexOf("during 1")).toBeLessThan(history.indexOf("during 3"));
  for (const page of [hers, his]) expect(await texts(page)).toEqual(expect.arrayContaining(history));
  expect((await texts(hers)).filter((text) => history.includes(text))).toEqual(history);
});

test("messages written without a network are sent once and in order when it returns", async ({ person, recorder, visit }) => {
  recorder.expectLosses();
  const [ana, ben] = [await person("Ana Amaral"), await person("Ben Okoro")];
  const name = uniqueName("tunnel");
  const room = await ana.channel(name, [ben]);
  const [hers, his] = [await visit(ana, `/r/${room.id}`), await visit(ben, `/r/${room.id}`)];
  await say(hers, name, "in daylight");
  await expect(message(his, "in daylight")).toBeVisible();

  await hers.context().setOffline(true);
  await expect(notice(hers, "Offline: messages will be sent later")).toBeVisible();
  for (const text of ["first", "second", "third"]) await say(hers, name, text);
  await expect(message(hers, "third")).toContainText("Will be sent when there is a connection");
  await say(his, name, "are you there?");

  await hers.context().setOffline(false);
  await expect(message(his, "third")).toBeVisible();
  await expect(message(hers, "are you there?")).toBeVisible();
  await expect(notice(hers, "Offline")).toBeHidden();
  await expect(message(hers, "third")).not.toContainText("Will be sent");
  expect(await ana.history(room)).toEqual(["in daylight", "are you there?", "first", "second", "third"]);
  for (const page of [hers, his]) {
    for (const text of ["first", "second", "third"]) await expect(message(page, text)).toHaveCount(1);
  }
});

test("what waits to be sent survives closing the page while there is no network", async ({ person, recorder, visit }) => {
  recorder.expectLosses();
  const ana = await person("Ana Amaral");
  const name = uniqueName("tunnel");
  const room = await ana.channel(name);
  const page = await visit(ana, `/r/${room.id}`);
  await expect(composer(page, name)).toBeVisible();
  await page.context().setOffline(true);
  await expect(notice(page, "Offline")).toBeVisible();
  for (const text of ["first", "second", "third"]) await say(page, name, text);
  await expect(message(page, "third")).toBeVisible();
  await expect(page.reload()).rejects.toThrow("ERR_INTERNET_DISCONNECTED");

  await page.context().setOffline(false);
  await page.goto(`/r/${room.id}`);
  await expect(message(page, "third")).toBeVisible();
  await expect.poll(() => ana.history(room)).toEqual(["first", "second", "third"]);
  for (const text of ["first", "second", "third"]) await expect(message(page, text)).toHaveCount(1);
});

test("ten tabs hold one stream, and another tab takes it over", async ({ person, recorder, visit }) => {
  const ana = await person("Ana Amaral");
  const name = uniqueName("tabs");
  const room = await ana.channel(name);
  const streams = () => recorder.calls.filter((call) => call === "GET /api/v1/events").length;
  const first = await visit(ana, `/r/${room.id}`);
  await expect(composer(first, name)).toBeVisible();
  await expect.poll(streams).toBe(1);

  const others = await Promise.all(Array.from({ length: 9 }, () => first.context().newPage()));
  for (const page of others) await page.goto(`/r/${room.id}`);
  await ana.post(room, "to all ten");
  for (const page of [first, ...others]) await expect(message(page, "to all ten")).toHaveCount(1);
  expect(streams()).toBe(1);

  await first.close();
  await expect.poll(streams).toBe(2);
  await ana.post(room, "to the nine");
  for (const page of others) {
    await expect(message(page, "to the nine")).toHaveCount(1);
    await expect(log(page).getByRole("article")).toHaveCount(2);
  }
  expect(streams()).toBe(2);
});

test("a refused message says why, and can be taken back", async ({ person, recorder, visit }) => {
  recorder.expectRefusal(/^409 POST .*\/messages$/u);
  const [ana, ben] = [await person("Ana Amaral"), await person("Ben Okoro")];
  const name = uniqueName("closing");
  const room = await ana.channel(name, [ben]);
  const page = await visit(ben, `/r/${room.id}`);
  await composer(page, name).fill("too late");
  // The page does not know yet that the room is archived when it sends.
  await page.context().route("**/api/v1/rooms/*/messages", async (route) => {
    await ana.call("DELETE", `/rooms/${room.id}`);
    await route.continue();
  });
  await composer(page, name).press("Enter");

  await expect(message(page, "too late")).toContainText("Not sent. This room is archived.");
  await message(page, "too late").getByRole("button", { name: "Discard" }).click();
  await expect(message(page, "too late")).toHaveCount(0);
});
