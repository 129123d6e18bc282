import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TestServer } from "../testing/server";
import { ApiError, api, backend, path, retryAfter } from "./client";

let server: TestServer;

beforeEach(async () => {
  server = await TestServer.start();
  backend.base = server.base;
});

afterEach(async () => {
  backend.onUnauthenticated = () => undefined;
  await server.stop();
});

const problem = (status: number, code: string, more: object = {}) => ({
  status,
  headers: { "Content-Type": "application/problem+json" },
  body: { status, code, title: "t", detail: "d", request_id: "r1", ...more },
});

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(() => null, (reason: unknown) => reason);
  if (!(error instanceof ApiError)) throw new Error("expected an ApiError");
  return error;
}

test("unsafe requests say who they are and what they send", async () => {
  server.on("PATCH /me", { body: { id: "1" } });
  await api.patch("/me", { display_name: "Ana" });

  const [seen] = server.calls("PATCH /me");
  expect(seen?.headers["x-requested-with"]).toBe("confab");
  expect(seen?.headers["content-type"]).toBe("application/json");
  expect(seen?.body).toEqual({ display_name: "Ana" });
});

test("a refusal carries the server's code, fields and request id", async () => {
  const errors = [{ pointer: "/password", code: "password_too_short", detail: "short" }];
  server.on("POST /users", problem(422, "invalid_value", { errors }));

  const error = await failure(api.create("/users", {}));

  expect(error).toMatchObject({ status: 422, code: "invalid_value", detail: "d", requestId: "r1" });
  expect(error.field("password")?.code).toBe("password_too_short");
  expect(error.field("email")).toBeUndefined();
  expect(server.calls("POST /users")).toHaveLength(1);
});

test("a creating request is repeated with the same key until it is answered", async () => {
  let calls = 0;
  server.on("POST /rooms", () => {
    calls += 1;
    return calls < 3 ? problem(503, "unavailable") : { status: 201, body: { id: "7" } };
  });

  expect(await api.create("/rooms", { name: "x" })).toEqual({ id: "7" });

  const keys = server.calls("POST /rooms").map((seen) => seen.headers["idempotency-key"]);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[\w-]{22}$/);
});

test("a creating request survives a connection that breaks", async () => {
  let calls = 0;
  server.on("POST /rooms", (_seen, response) => {
    calls += 1;
    if (calls > 1) return { status: 201, body: { id: "7" } };
    response.destroy();
  });

  expect(await api.create("/rooms", {})).toEqual({ id: "7" });
});

test("a plain POST is never repeated", async () => {
  server.on("POST /sessions", problem(503, "unavailable"));
  await failure(api.post("/sessions", {}));

  expect(server.calls("POST /sessions")).toHaveLength(1);
});

test("the wait that the server asks for is kept", async () => {
  const times: number[] = [];
  server.on("GET /rooms", () => {
    times.push(Date.now());
    return times.length < 2
      ? { ...problem(429, "rate_limited"), headers: { "Retry-After": "1" } }
      : { body: { items: [] } };
  });
  await api.get("/rooms");

  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1000);
});

test("no connection is a network error, not an exception of another kind", async () => {
  await server.stop();
  const error = await failure(api.get("/rooms", { tries: 1 }));

  expect(error).toMatchObject({ status: 0, code: "network", isTemporary: true });
  server = await TestServer.start();
});

test("a request that the caller gave up says so", async () => {
  server.on("GET /users", () => undefined);
  const abort = new AbortController();
  const pending = failure(api.get("/users", { signal: abort.signal }));
  await vi.waitFor(() => expect(server.seen).toHaveLength(1));
  abort.abort();

  expect((await pending).code).toBe("aborted");
});

test("an ended session is announced, a wrong password is not", async () => {
  const over = vi.fn();
  backend.onUnauthenticated = over;
  server.on("POST /sessions", problem(401, "bad_credentials"));
  await failure(api.post("/sessions", {}));
  expect(over).not.toHaveBeenCalled();

  server.on("GET /me", problem(401, "unauthenticated"));
  await failure(api.get("/me"));
  expect(over).toHaveBeenCalledOnce();
});

test("an answer without a body is nothing", async () => {
  server.on("DELETE /sessions", { status: 204 });
  expect(await api.delete("/sessions")).toBeUndefined();
});

test("an error page of something in between still has a code", async () => {
  server.on("GET /me", (_seen, response) => {
    response.writeHead(413, { "Content-Type": "text/html" });
    response.end("<html>");
  });
  expect(await failure(api.get("/me"))).toMatchObject({ status: 413, code: "http_413" });
});

test("empty parameters are left out, the others are escaped", async () => {
  server.on("GET /users", { body: {} });
  await api.get("/users", { query: { q: "a b&c", cursor: null, limit: 30 } });

  expect(server.seen[0]?.query.toString()).toBe("q=a+b%26c&limit=30");
  expect(path("rooms", "a/b", "read")).toBe("/rooms/a%2Fb/read");
});

test("a wait may be given in seconds or as a date", () => {
  expect(retryAfter("3")).toBe(3);
  expect(retryAfter(null)).toBeNull();
  expect(retryAfter("soon")).toBeNull();
  expect(retryAfter(new Date(Date.now() + 5_000).toUTCString())).toBeGreaterThan(3);
});
