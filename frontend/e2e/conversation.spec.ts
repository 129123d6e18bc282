import { uniqueName } from "./support/api.js";
import { composer, log, message, openRoom, roomLink, say } from "./support/screens.js";
import { expect, test } from "./support/test.js";

test("two people find each other in a channel and talk", async ({ person, visit }) => {
  const [ana, ben] = [await person("Ana Amaral"), await person("Ben Okoro")];
  const name = uniqueName("lighthouse");
  const [hers, his] = [await visit(ana), await visit(ben)];

  await hers.getByRole("button", { name: "New room" }).click();
  await hers.getByRole("textbox", { name: "Room name" }).fill(name);
  await hers.getByRole("textbox", { name: "Topic" }).fill("Keepers and lamps");
  await hers.getByRole("button", { name: "Create", exact: true }).click();
  await expect(hers.getByRole("heading", { name, level: 1 })).toBeVisible();

  await his.getByRole("link", { name: "Find rooms" }).click();
  await his.getByRole("searchbox", { name: "Search rooms" }).fill(name);
  const found = his.getByRole("list", { name: "Rooms to join" }).getByRole("listitem");
  await expect(found).toHaveCount(1);
  await expect(found).toContainText("Keepers and lamps");
  await found.getByRole("button", { name: "Join" }).click();
  await expect(composer(his, name)).toBeVisible();

  await say(hers, name, "Is the lamp lit?");
  await expect(message(his, "Is the lamp lit?")).toBeVisible();
  await expect(message(his, "Is the lamp lit?")).toHaveAccessibleName(/^Ana Amaral, /u);
  await composer(his, name).pressSequentially("Since six");
  await expect(hers.getByText("Ben Okoro is typing…")).toBeVisible();
  await his.getByRole("button", { name: "Send" }).click();
  await expect(message(hers, "Since six")).toBeVisible();
  await expect(hers.getByText("Ben Okoro is typing…")).toBeHidden();

  await composer(hers, name).fill("one line");
  await composer(hers, name).press("Shift+Enter");
  await composer(hers, name).pressSequentially("and another");
  await composer(hers, name).press("Enter");
  await expect(message(his, "one line")).toContainText("and another");
});

test("what is unread is counted in the list and the title, and divided from the rest", async ({ person, visit }) => {
  const [ana, ben] = [await person("Ana Amaral"), await person("Ben Okoro")];
  const name = uniqueName("harbour");
  const room = await ana.channel(name, [ben]);
  await ana.post(room, "Old news");
  const page = await visit(ben);
  await openRoom(page, name);
  await expect(message(page, "Old news")).toBeVisible();
  await expect(roomLink(page, name)).toHaveAccessibleName(name);
  await page.getByRole("link", { name: "Home" }).click();
  await expect(page.getByRole("heading", { name: "Begin something" })).toBeVisible();

  await ana.post(room, "The ferry is late");
  await ana.post(room, "No, it is here");
  await expect(roomLink(page, name)).toHaveAccessibleName(`${name} 2 unread messages`);
  await expect(page).toHaveTitle(/^\(2\) /u);

  await openRoom(page, name);
  const divider = log(page).getByRole("separator", { name: "New messages" });
  await expect(divider).toBeVisible();
  const [line, old, first] = await Promise.all([
    divider.boundingBox(),
    message(page, "Old news").boundingBox(),
    message(page, "The ferry is late").boundingBox(),
  ]);
  expect(line?.y).toBeGreaterThan(old?.y ?? Infinity);
  expect(line?.y).toBeLessThan(first?.y ?? 0);
  await expect(roomLink(page, name)).toHaveAccessibleName(name);
  await expect(page).not.toHaveTitle(/^\(/u);
});

test("only what was on the screen counts as read", async ({ person, visit }) => {
  const [ana, ben] = [await person("Ana Amaral"), await person("Ben Okoro")];
  const name = uniqueName("library");
  const room = await ana.channel(name, [ben]);
  for (let n = 1; n <= 40; n += 1) await ana.post(room, `page ${n}\n\nof a book\n\nthat is long`);
  const page = await visit(ben, `/r/${room.id}`);
  await expect(log(page).getByRole("separator", { name: "New messages" })).toBeInViewport();

  // Until the mark has moved and stays.
  let left = 40;
  await expect(async () => {
    const before = left;
    left = (await ben.call<{ unread_count: number }>("GET", `/rooms/${room.id}`)).unread_count;
    expect(left).toBeLessThan(40);
    expect(left).toBe(before);
  }).toPass({ intervals: [1000] });
  const seen = (n: number) => log(page).getByRole("article").filter({ hasText: new RegExp(`page ${n}(?!\\d)`, "u") });
  await expect(seen(40 - left)).toBeInViewport();
  await expect(seen(40 - left + 2)).not.toBeInViewport();
});

test("a message is changed with the arrow up, answered with a way back, and removed", async ({ person, visit }) => {
  const [ana, ben] = [await person("Ana Amaral"), await person("Ben Okoro")];
  const name = uniqueName("kitchen");
  const room = await ana.channel(name, [ben]);
  const [hers, his] = [await visit(ana, `/r/${room.id}`), await visit(ben, `/r/${room.id}`)];
  await say(hers, name, "Soup at noon");
  await expect(message(his, "Soup at noon")).toBeVisible();

  await composer(hers, name).press("ArrowUp");
  const box = hers.getByRole("textbox", { name: "Edit message" });
  await expect(box).toBeFocused();
  await box.fill("Soup at one");
  await box.press("Enter");
  await expect(message(his, "Soup at one")).toContainText("(edited)");
  await expect(composer(hers, name)).toBeFocused();

  await message(his, "Soup at one").hover();
  await message(his, "Soup at one").getByRole("button", { name: "Reply", exact: true }).click();
  await expect(his.getByText("Replying to Ana Amaral")).toBeVisible();
  await say(his, name, "I will bring bread");
  const quote = message(hers, "I will bring bread").getByRole("button", { name: /In reply to Ana Amaral Soup at one/u });
  await expect(quote).toBeVisible();

  for (let n = 1; n <= 60; n += 1) await ana.post(room, `filler ${n}`);
  await hers.goto(`/r/${room.id}/2`);
  await expect(message(hers, "filler 60")).toBeHidden();
  await quote.click();
  await expect(message(hers, "Soup at one").first()).toBeInViewport();

  await message(hers, "Soup at one").first().hover();
  await message(hers, "Soup at one").first().getByRole("button", { name: "Delete" }).click();
  await hers.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(message(hers, "Message deleted").first()).toBeVisible();
  await his.goto(`/r/${room.id}/2`);
  await expect(message(his, "I will bring bread")).toContainText("Message deleted");
  await expect(message(his, "Soup at one")).toHaveCount(0);
});

test("a direct message and a group reach those who are in them, who are seen to be here", async ({ person, visit }) => {
  const ana = await person("Ana Amaral");
  const ben = await person(uniqueName("Ben"));
  const cem = await person(uniqueName("Cem"));
  const [hers, his] = [await visit(ana), await visit(ben)];

  await hers.getByRole("button", { name: "Message someone" }).first().click();
  await hers.getByRole("searchbox", { name: "Person" }).fill(ben.name);
  await hers.getByRole("radio", { name: new RegExp(ben.name, "u") }).check();
  await hers.getByRole("button", { name: "Create", exact: true }).click();
  await say(hers, ben.name, "Just us two");
  await expect(roomLink(hers, ben.name)).toBeVisible();
  await expect(hers.getByRole("main").getByText("Online")).toBeVisible();

  await openRoom(his, "Ana Amaral");
  await expect(message(his, "Just us two")).toBeVisible();
  await say(his, "Ana Amaral", "So be it");
  await expect(message(hers, "So be it")).toBeVisible();

  await hers.getByRole("button", { name: "New room" }).click();
  await hers.getByRole("radio", { name: "Group" }).check();
  await hers.getByRole("textbox", { name: "Room name" }).fill("The three");
  for (const one of [ben, cem]) {
    await hers.getByRole("searchbox", { name: "People" }).fill(one.name);
    await hers.getByRole("checkbox", { name: new RegExp(one.name, "u") }).check();
  }
  await hers.getByRole("button", { name: "Create", exact: true }).click();
  await say(hers, "The three", "Welcome, both");
  await openRoom(his, "The three");
  await expect(message(his, "Welcome, both")).toBeVisible();

  await his.context().close();
  await openRoom(hers, ben.name);
  // The server waits for a while whether somebody who left comes back.
  await expect(hers.getByRole("main").getByText("Offline")).toBeVisible({ timeout: 25_000 });
});

test("a room is renamed, its members are managed, and who is removed sees it no more", async ({
  person,
  recorder,
  visit,
}) => {
  // The address of the room is still open: what is there now, the page has to ask.
  recorder.expectRefusal(/^404 GET .*\/rooms\/\d+$/u);
  const [ana, ben] = [await person("Ana Amaral"), await person("Ben Okoro")];
  const [name, renamed] = [uniqueName("attic"), uniqueName("cellar")];
  const room = await ana.channel(name, [ben]);
  const [hers, his] = [await visit(ana, `/r/${room.id}`), await visit(ben, `/r/${room.id}`)];

  await hers.getByRole("button", { name: "Room actions" }).click();
  await hers.getByRole("menuitem", { name: "Edit name and topic" }).click();
  await hers.getByRole("textbox", { name: "Room name" }).fill(renamed);
  await hers.getByRole("button", { name: "Save" }).click();
  await expect(his.getByRole("heading", { name: renamed, level: 1 })).toBeVisible();
  await expect(roomLink(his, renamed)).toBeVisible();

  await hers.getByRole("button", { name: "Members: 2" }).click();
  const members = hers.getByRole("list", { name: "Members" });
  await expect(members.getByRole("listitem")).toHaveCount(2);
  await members.getByRole("button", { name: "Actions for Ben Okoro" }).click();
  await hers.getByRole("menuitem", { name: "Remove from room" }).click();
  await hers.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(members.getByRole("listitem")).toHaveCount(1);
  await expect(roomLink(his, renamed)).toBeHidden();
  await expect(composer(his, renamed)).toBeHidden();
});
