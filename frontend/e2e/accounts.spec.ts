import { PASSWORD, Person, uniqueName } from "./support/api.js";
import { expect, test } from "./support/test.js";

test("the first who registers owns the server, and comes back with the password", async ({ instance, recorder, visitSignedOut }) => {
  const { url } = await instance();
  recorder.expectRefusal(/^401 POST .*\/sessions$/u);
  const page = await visitSignedOut(url);

  await expect(page.getByText("the first account made here becomes its owner")).toBeVisible();
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByRole("textbox", { name: "Email" }).fill("ana@example.org");
  await page.getByRole("textbox", { name: "Username" }).fill("ana");
  await page.getByRole("textbox", { name: "Display name" }).fill("Ana Amaral");
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: /Ana Amaral$/u })).toBeVisible();
  expect(await page.evaluate(async () => (await (await fetch("/api/v1/me")).json()) as unknown)).toMatchObject({
    username: "ana",
    server_role: "owner",
  });

  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText("becomes its owner")).toBeHidden();

  await page.getByRole("textbox", { name: "Email or username" }).fill("ana");
  const password = page.getByRole("textbox", { name: "Password" });
  await password.fill("not-the-password");
  await password.press("Enter");
  await expect(page.getByRole("alert")).toHaveText("That name or password is not right.");

  await password.fill(PASSWORD);
  await expect(password).toHaveAttribute("type", "password");
  await page.getByRole("button", { name: "Show characters" }).click();
  await expect(password).toHaveAttribute("type", "text");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: /Ana Amaral$/u })).toBeVisible();
});

test("a wrong password is said under the field, and so is what does not fit when registering", async ({
  person,
  recorder,
  server,
  visitSignedOut,
}) => {
  recorder.expectRefusal(/^401 POST .*\/sessions$/u);
  recorder.expectRefusal(/^409 POST .*\/users$/u);
  const ana = await person("Ana Amaral");
  const page = await visitSignedOut(server);
  const field = (name: string) => page.getByRole("textbox", { name });

  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(field("Email or username")).toHaveAccessibleDescription("Fill this in to sign in");
  await field("Email or username").fill(ana.user.email);
  await field("Password").fill("not-the-password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(field("Password")).toHaveAccessibleDescription("That name or password is not right.");
  await expect(page.getByRole("alert")).toHaveCount(1);

  await page.getByRole("link", { name: "Create an account" }).click();
  await field("Email").fill("nowhere");
  await field("Username").fill("a");
  await field("Password").fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(field("Email")).toHaveAccessibleDescription(/^Enter an email address/u);
  await expect(field("Username")).toHaveAccessibleDescription(/^Use 3 to 32/u);
  await expect(field("Password")).toHaveAccessibleDescription("Use at least 10 characters");

  await field("Email").fill("somebody-else@example.org");
  await field("Username").fill(ana.user.username);
  await field("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(field("Username")).toHaveAccessibleDescription("Somebody already uses this username.");
});

test("the address that was asked for opens after signing in", async ({ person, server, visitSignedOut }) => {
  const ana = await person("Ana Amaral");
  const name = uniqueName("harbour");
  const room = await ana.channel(name);
  const page = await visitSignedOut(server, `/r/${room.id}`);

  await page.getByRole("textbox", { name: "Email or username" }).fill(ana.user.username);
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();

  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
});

test("a server that takes no new accounts says so", async ({ instance, visitSignedOut }) => {
  const { url } = await instance({ CONFAB_SIGNUP: "closed" });
  await Person.register(url, "Olga Owner");

  const page = await visitSignedOut(url, "/register");
  await expect(page.getByText("This server does not take new accounts.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Create account" })).toBeHidden();
  await page.getByRole("link", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText("New accounts are made by the administrator of this server.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Create an account" })).toBeHidden();
});
