import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { type Person, uniqueName } from "./support/api.js";
import { composer, log, message } from "./support/screens.js";
import { expect, test } from "./support/test.js";
import { tooSmall } from "./support/targets.js";

// Movement would leave colours half-way between two themes while they are measured.
test.use({ contextOptions: { reducedMotion: "reduce" } });
test.describe.configure({ timeout: 120_000 });

/** No violation in either theme; on a touch screen every target is large enough. */
async function expectAccessible(page: Page, screen: string): Promise<void> {
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  // A list or menu that is open lies over the page, outside its landmarks, and holds the focus.
  const over = await page.getByRole("menu").or(page.getByRole("listbox")).count();
  await expectNoViolations(new AxeBuilder({ page }).disableRules(over > 0 ? ["region"] : []), `${screen}, light`);
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  // Only colours differ between the themes.
  await expectNoViolations(new AxeBuilder({ page }).withRules(["color-contrast"]), `${screen}, dark`);
  if (test.info().project.name === "phone") {
    expect.soft(await tooSmall(page), `targets under 44 px, ${screen}`).toEqual([]);
  }
}

async function expectNoViolations(builder: AxeBuilder, screen: string): Promise<void> {
  const { violations } = await builder.analyze();
  const lines = violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
  expect.soft(lines, screen).toEqual([]);
}

/** A room with one of everything that a message can be. */
async function fullRoom(ana: Person, ben: Person): Promise<{ id: string; name: string }> {
  const name = uniqueName("gallery");
  const room = await ana.channel(name, [ben]);
  await ana.call("PATCH", `/rooms/${room.id}`, { topic: "What a message can be" });
  const first = await ana.post(room, "**bold** *soft* ~~gone~~ `code` and https://example.org/a-link");
  await ben.post(room, "an answer", first.id);
  await ana.post(room, "```js\nconst tide = 4;\n```\n\n> quoted\n\n1. first\n2. second");
  const edited = await ana.post(room, "before");
  await ana.call("PATCH", `/messages/${edited.id}`, { body: "after" });
  const gone = await ben.post(room, "gone");
  await ben.call("DELETE", `/messages/${gone.id}`);
  await ben.post(room, "and a new one");
  return { id: room.id, name };
}

test("signing in and registering @phone", async ({ server, visitSignedOut, recorder }) => {
  recorder.expectRefusal(/^401 POST .*\/sessions$/u);
  const page = await visitSignedOut(server);
  await expectAccessible(page, "sign in");
  await page.getByRole("textbox", { name: "Email or username" }).fill("nobody");
  await page.getByRole("textbox", { name: "Password" }).fill("not-the-password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expectAccessible(page, "sign in, refused");
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  await expectAccessible(page, "register, incomplete");
});

test("home, discovery and places that do not exist @phone", async ({ person, recorder, visit }) => {
  recorder.expectRefusal(/^404 GET .*\/rooms\/\d+$/u);
  const [ana, ben] = [await person("Ana Amaral"), await person("Ben Okoro")];
  const page = await visit(ana);
  await expect(page.getByRole("button", { name: "New room" })).toBeVisible();
  await expectAccessible(page, "home, without a room");
  await fullRoom(ben, ana);
  await ben.post(await ben.direct(ana), "hello");
  await expect(page.getByRole("link", { name: /1 unread message$/u }).first()).toBeVisible();
  await expectAccessible(page, "home");

  await page.goto("/discover");
  await expect(page.getByRole("searchbox", { name: "Search rooms" })).toBeVisible();
  await page.getByRole("searchbox", { name: "Search rooms" }).fill("no room is called so");
  await expect(page.getByText("No room matches")).toBeVisible();
  await expectAccessible(page, "discover, nothing found");
  await page.goto("/r/1");
  await expect(page.getByText("Room not found")).toBeVisible();
  await expectAccessible(page, "room not found");
  await page.goto("/nowhere");
  await expect(page.getByText("There is nothing at this address")).toBeVisible();
  await expectAccessible(page, "nothing at this address");
});

test("a public room from outside, and discovery that found it @phone", async ({ person, visit }) => {
  const [ana, ben] = [await person("Ana Amaral"), await person("Ben Okoro")];
  const name = uniqueName("square");
  const room = await ben.call<{ id: string }>("POST", "/rooms", { kind: "channel", name, topic: "For all" });
  const page = await visit(ana, "/discover");
  await page.getByRole("searchbox", { name: "Search rooms" }).fill(name);
  await expect(page.getByRole("list", { name: "Rooms to join" }).getByRole("listitem")).toHaveCount(1);
  await expectAccessible(page, "discover");
  await page.goto(`/r/${room.id}`);
  await expect(page.getByRole("button", { name: "Join" })).toBeVisible();
  await expectAccessible(page, "room from outside");
});

test("a room, its messages and its members @phone", async ({ person, recorder, visit }) => {
  recorder.expectLosses();
  const [ana, ben] = [await person("Ana Amaral"), await person("Ben Okoro")];
  const { id, name } = await fullRoom(ana, ben);
  const page = await visit(ana, `/r/${id}`);
  await expect(message(page, "and a new one")).toBeVisible();
  await expectAccessible(page, "room");

  await message(page, "after").focus();
  const actions = message(page, "after").getByRole("toolbar", { name: "Message actions" });
  await expect(actions).toBeVisible();
  await expectAccessible(page, "room, a message's actions");
  await actions.getByRole("button", { name: "More actions" }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await expectAccessible(page, "room, a message's menu");
  await page.keyboard.press("Escape");
  await message(page, "after").focus();
  await actions.getByRole("button", { name: "Edit" }).click();
  await expectAccessible(page, "room, changing a message");
  await page.keyboard.press("Escape");
  await message(page, "an answer").focus();
  await message(page, "an answer").getByRole("button", { name: "Reply", exact: true }).click();
  await expectAccessible(page, "room, answering");
  await page.getByRole("button", { name: "Cancel reply" }).click();

  await page.context().setOffline(true);
  await composer(page, name).fill("later");
  await composer(page, name).press("Enter");
  await expect(message(page, "later")).toContainText("Will be sent");
  await expectAccessible(page, "room, offline");
  await page.context().setOffline(false);
  await expect(message(page, "later")).not.toContainText("Will be sent");

  await page.getByRole("button", { name: "Members: 2" }).click();
  await expect(page.getByRole("list", { name: "Members" }).getByRole("listitem")).toHaveCount(2);
  await expectAccessible(page, "members");
  await page.getByRole("button", { name: "Actions for Ben Okoro" }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await expectAccessible(page, "a member's menu");
});

test("dialogs and menus @phone", async ({ person, visit }) => {
  const [ana, ben] = [await person("Ana Amaral"), await person("Ben Okoro")];
  const { id } = await fullRoom(ana, ben);
  const page = await visit(ana, `/r/${id}`);
  const dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
  const leave = async () => {
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
  };
  await expect(message(page, "and a new one")).toBeVisible();

  await page.getByRole("button", { name: "Room actions" }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await expectAccessible(page, "room actions");
  await page.keyboard.press("Escape");
  for (const action of ["Edit name and topic", "Add people", "Leave room", "Archive room"]) {
    await page.getByRole("button", { name: "Room actions" }).click();
    await page.getByRole("menuitem", { name: action }).click();
    await expect(dialog).toBeVisible();
    await expectAccessible(page, action);
    await leave();
  }
  await log(page).getByRole("article").last().focus();
  await page.getByRole("toolbar").getByRole("button", { name: "Delete" }).click();
  await expect(dialog).toBeVisible();
  await expectAccessible(page, "delete a message");
  await leave();
  await page.getByRole("button", { name: "Members: 2" }).click();
  await page.getByRole("button", { name: "Actions for Ben Okoro" }).click();
  await page.getByRole("menuitem", { name: "Remove from room" }).click();
  await expect(dialog).toBeVisible();
  await expectAccessible(page, "remove a member");
  await leave();

  await page.goto("/");
  await page.getByRole("button", { name: "New room" }).click();
  for (const kind of ["Channel", "Group", "Direct"]) {
    await dialog.getByRole("radio", { name: kind }).check();
    if (kind !== "Channel") await expect(dialog.getByRole("list", { name: "People" }).getByRole("listitem").first()).toBeVisible();
    await dialog.getByRole("button", { name: "Create" }).click({ trial: true });
    await expectAccessible(page, `new ${kind}`);
  }
  await leave();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox")).toBeFocused();
  await expectAccessible(page, "palette");
  await leave();
  await page.keyboard.press("Control+/");
  await expect(dialog).toBeVisible();
  await expectAccessible(page, "shortcuts");
});

test("settings @phone", async ({ person, visit }) => {
  const ana = await person("Ana Amaral");
  await ana.signInAgain();
  const page = await visit(ana, "/settings/profile");
  await expect(page.getByRole("textbox", { name: "Display name" })).toBeVisible();
  await expectAccessible(page, "profile");
  await page.goto("/settings/account");
  await expect(page.getByRole("list", { name: "Sessions" }).getByRole("listitem")).toHaveCount(2);
  await expectAccessible(page, "account");
  await page.goto("/settings/appearance");
  await expect(page.getByRole("radio", { name: "Like the system" })).toBeChecked();
  await expectAccessible(page, "appearance");
  await page.getByRole("combobox", { name: "Language" }).click();
  await expect(page.getByRole("listbox")).toBeVisible();
  await expectAccessible(page, "languages");
});
