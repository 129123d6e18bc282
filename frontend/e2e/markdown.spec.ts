import { uniqueName } from "./support/api.js";
import { log, message } from "./support/screens.js";
import { expect, test } from "./support/test.js";

test("bold, code, lists and links are drawn, and links tell nothing of this page", async ({ person, visit }) => {
  const ana = await person("Ana Amaral");
  const room = await ana.channel(uniqueName("press"));
  await ana.post(room, "**loud** and *soft* and ~~gone~~ and `x < y`");
  await ana.post(room, "```js\nconst tide = 4;\n```");
  await ana.post(room, "> quoted\n\n1. first\n2. second");
  await ana.post(room, "see [the map](https://example.org/map) or https://example.org/plain");
  const page = await visit(ana, `/r/${room.id}`);

  await expect(log(page).getByRole("strong")).toHaveText("loud");
  await expect(log(page).getByRole("emphasis")).toHaveText("soft");
  await expect(log(page).locator("s")).toHaveText("gone");
  await expect(message(page, "loud").getByRole("code")).toHaveText("x < y");
  await expect(log(page).getByRole("region", { name: "Code, js" })).toHaveText("const tide = 4;");
  await expect(log(page).getByRole("blockquote")).toHaveText("quoted");
  await expect(message(page, "quoted").getByRole("listitem")).toHaveText(["first", "second"]);
  const links = log(page).getByRole("link");
  await expect(links).toHaveCount(2);
  for (const link of await links.all()) {
    await expect(link).toHaveAttribute("rel", "noopener noreferrer");
    await expect(link).toHaveAttribute("target", "_blank");
  }
});

const HOSTILE = [
  "<img src=x onerror=\"document.title='owned'\">",
  "<script>document.title='owned'</script>",
  "<svg><a href=\"javascript:document.title='owned'\">inner</a></svg>",
  "[click](javascript:document.title='owned')",
  "[click](JaVaScRiPt:document.title='owned')",
  "[click](java\u0000script:alert(1))",
  "[click](&#106;avascript:document.title='owned')",
  "[click](data:text/html,<script>document.title='owned'</script>)",
  "[click](vbscript:msgbox)",
  "![picture](https://example.org/pixel.png)",
  "<javascript:document.title='owned'>",
  "```<img/onerror=alert(1)>\n<img src=x onerror=\"document.title='owned'\">\n```",
  "<style>body{display:none}</style>",
  "\u202Eright to left\u202C and \u0007 bell",
];

test("nothing that a message says is run, fetched or opened", async ({ person, visit }) => {
  const ana = await person("Ana Amaral");
  const room = await ana.channel(uniqueName("press"));
  for (const [n, body] of HOSTILE.entries()) await ana.post(room, `no. ${n}: ${body.replace("\u0000", "")}\n\n${body.replace("\u0000", "")}`);
  await ana.post(room, "the end");
  const page = await visit(ana, `/r/${room.id}`);

  // Foreign hosts and violations of the page's policy fail the test by themselves.
  await expect(message(page, "the end")).toBeVisible();
  await log(page).press("Home");
  await expect(message(page, "no. 0")).toBeVisible();
  await expect(log(page).getByRole("img", { name: "picture" })).toHaveCount(0);
  // Without its image a picture is a link like any other.
  const links = log(page).getByRole("link");
  const addresses = await links.evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
  expect([...new Set(addresses)]).toEqual(["https://example.org/pixel.png"]);
  await expect(page).not.toHaveTitle(/owned/u);
});
