import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./support/test.js";

test("the API's reader lists endpoints, events and errors, and opens one", async ({ server, page }) => {
  await page.goto(`${server}/api/docs`);
  await expect(page.getByRole("heading", { name: "rooms" })).toBeVisible();
  const post = page.locator("details", { hasText: "Post a message" });
  await post.locator("summary").click();
  await expect(post.getByRole("link", { name: "Message", exact: true })).toBeVisible();
  await page.getByRole("searchbox", { name: "Filter" }).fill("jwks");
  await expect(post).toBeHidden();
  await page.goto(`${server}/api/docs#errors/not_found`);
  await expect(page.getByText("not_found", { exact: true }).last()).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
});
