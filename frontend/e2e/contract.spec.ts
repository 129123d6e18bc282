import { expect, test } from "./support/test.js";

test("replies and events of the application are held against the API's document", async ({
  recorder,
  contract,
  person,
  visit,
}) => {
  const ana = await person("Ana");
  await visit(ana);
  await expect.poll(() => recorder.heard).toContain("hello");
  expect(recorder.calls).toContain("GET /api/v1/bootstrap");

  const url = new URL("/api/v1/rooms", ana.server);
  const page = (more: object) => JSON.stringify({ items: [], next: null, prev: null, ...more });
  const complaints = (status: number, body: string, mediaType = "application/json") =>
    contract.complaints("GET", url, status, mediaType, body);
  expect(complaints(200, page({}))).toEqual([]);
  expect(complaints(200, page({ total: 1 }))).toEqual([": total is not in the document"]);
  expect(complaints(200, page({ next: 7 }))).toEqual(["/next: is integer"]);
  expect(complaints(200, page({}), "text/html")).toEqual(["media type text/html"]);
  expect(complaints(418, page({}))).toEqual(["status 418"]);
  expect(contract.complaintsOfEvent("reset", "{}")).toEqual([": reason is missing"]);
  expect(contract.complaintsOfEvent("room.exploded", "{}")).toEqual(["its type"]);
});
