import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Person, uniqueName } from "./support/api.js";
import { log } from "./support/screens.js";
import { expect, test } from "./support/test.js";

interface Line {
  ts: string;
  author: string;
  text: string;
}

const checkout = join(import.meta.dirname, "../..");

/** An unpacked Slack export: below CONFAB_SAMPLES, or in `samples` of a folder beside the checkout. */
function slackExport(): string | undefined {
  const chosen = process.env["CONFAB_SAMPLES"];
  if (chosen) return join(chosen, "slack");
  const beside = join(checkout, "..");
  return readdirSync(beside)
    .map((neighbour) => join(beside, neighbour, "samples/slack"))
    .find((folder) => existsSync(folder));
}

/** Every message with text, in the order of `ts`. */
function conversation(folder: string): Line[] {
  const lines: Line[] = [];
  for (const channel of readdirSync(folder, { withFileTypes: true })) {
    if (!channel.isDirectory()) continue;
    for (const day of readdirSync(join(folder, channel.name))) {
      const told = JSON.parse(readFileSync(join(folder, channel.name, day), "utf8")) as {
        ts: string;
        user?: string;
        bot_id?: string;
        text?: string;
      }[];
      for (const { ts, user, bot_id, text } of told) {
        const author = user ?? bot_id;
        if (author && text) lines.push({ ts, author, text });
      }
    }
  }
  return lines.sort((a, b) => a.ts.localeCompare(b.ts));
}

/** Letters and digits: what Markdown leaves of a text. */
const bare = (text: string): string => text.replace(/[^\p{L}\p{N}]+/gu, "");

test("a real conversation appears live, message by message, under its authors", async ({ person, visit, server }) => {
  const folder = slackExport();
  test.skip(!folder, "no Slack export found; CONFAB_SAMPLES names the folder above `slack`");
  const lines = conversation(folder ?? "");
  expect(lines.length).toBeGreaterThan(0);

  const authors = new Map<string, Person>();
  for (const { author } of lines) {
    if (!authors.has(author)) authors.set(author, await Person.register(server, author.slice(0, 20)));
  }
  const reader = await person("Reader");
  const room = await reader.channel(uniqueName("export"), [...authors.values()]);
  const page = await visit(reader, `/r/${room.id}`);
  await expect(page.getByRole("textbox", { name: /^Message / })).toBeVisible();

  for (const { author, text } of lines) {
    const posted = await authors.get(author)?.post(room, text);
    expect(posted?.body).toBe(text);
    const newest = log(page).getByRole("article").last();
    await expect.poll(async () => bare(await newest.innerText())).toContain(bare(text).slice(0, 12));
  }
  const history = await reader.history(room);
  expect(history).toEqual(lines.map(({ text }) => text));
});
