import { expect, test } from "vitest";
import { asPersonOne } from "../../testing/signedIn";
import { meAs, user } from "../../testing/rows";
import { apply } from "../../sync/handlers";
import { persist } from "../../store/persist";
import { changePassword, endOtherSessions, endSession, loadMeta, loadSessions, register, signIn, signOut, updateMe, updateSettings } from "./commands";
import { account, me, meta, myself, server, sessions, setAccount, settings } from "./store";
import type { Session } from "../../api/types";

const held = asPersonOne();

const session = (id: string, current = false): Session => ({
  id, version: 1, created_at: "", last_seen_at: "", expires_at: "", user_agent: "x", address: "::1", current,
});
const page = (...items: unknown[]) => ({ body: { items, next: null, prev: null } });

test("signing in makes me somebody", async () => {
  setAccount({ state: "signedOut" });
  expect(() => me()).toThrow();
  held.server.on("POST /sessions", { status: 201, body: { user: meAs("4"), session: session("s") } });
  await signIn({ login: "user4", password: "correct horse" });

  expect(me().id).toBe("4");
  expect(account.get().state).toBe("signedIn");
});

test("a wrong password leaves me signed out", async () => {
  setAccount({ state: "signedOut" });
  held.server.on("POST /sessions", { status: 401, body: { code: "bad_credentials" } });
  await expect(signIn({ login: "a", password: "b" })).rejects.toMatchObject({ code: "bad_credentials" });
  expect(account.get().state).toBe("signedOut");
});

test("registering signs in and carries a key", async () => {
  held.server.on("POST /users", { status: 201, body: { user: meAs("4"), session: session("s") } });
  await register({ email: "a@b.c", username: "ana", password: "correct horse" });
  expect(me().id).toBe("4");
  expect(held.server.seen[0]?.headers["idempotency-key"]).toBeTruthy();
});

test("signing out forgets what this device kept, even when the server is away", async () => {
  await persist.put("drafts", "1/5", { body: "secret" });
  held.server.on("DELETE /sessions/current", { status: 400, body: { code: "ambiguous_auth" } });
  await expect(signOut()).rejects.toBeDefined();

  expect(myself.get()).toBeNull();
  expect(await persist.all("drafts")).toEqual([]);
});

test("a setting holds at once and is taken back when refused", async () => {
  held.server.on("PATCH /me/settings", { status: 422, body: { code: "invalid_value" } });
  const saving = updateSettings({ theme: "dark" });
  expect(settings.get().theme).toBe("dark");
  await expect(saving).rejects.toMatchObject({ code: "invalid_value" });
  expect(settings.get().theme).toBe("system");
});

test("settings changed on another device arrive here, older ones do not", () => {
  const next = { theme: "dark" as const, density: "compact" as const, language: "ja", version: 3 };
  apply({ type: "settings.updated", data: next });
  apply({ type: "settings.updated", data: { ...next, theme: "light", version: 2 } });
  expect(settings.get()).toEqual(next);
});

test("a new name of mine arrives by event and keeps my address", () => {
  apply({ type: "user.updated", data: user("1", { version: 2, display_name: "New" }) });
  expect(me()).toMatchObject({ display_name: "New", email: "user1@example.org" });
});

test("my profile changes with the reply", async () => {
  held.server.on("PATCH /me", { body: { ...meAs("1"), version: 2, display_name: "Ana" } });
  await updateMe({ display_name: "Ana" });
  expect(me().display_name).toBe("Ana");
});

test("sessions can be listed, ended one by one and all the others at once", async () => {
  held.server.on("GET /sessions", page(session("a", true), session("b"), session("c")));
  held.server.on("DELETE /sessions/b", { status: 204 });
  held.server.on("DELETE /sessions", { status: 204 });
  await loadSessions();
  expect(sessions.size).toBe(3);
  await endSession("b");
  expect([...sessions.values()].map((row) => row.id)).toEqual(["a", "c"]);
  await endOtherSessions();
  expect([...sessions.values()].map((row) => row.id)).toEqual(["a"]);
});

test("a changed password shows that the other sessions are gone", async () => {
  sessions.putAll([session("a", true), session("b")]);
  held.server.on("PUT /me/password", { status: 204 });
  held.server.on("GET /sessions", page(session("a", true)));
  await changePassword({ current_password: "x", new_password: "y" });
  expect(sessions.size).toBe(1);
});

test("the server says its name before anybody signs in", async () => {
  const about = { version: "1", name: "Our place", capabilities: [], limits: {}, signup: "open", setup_required: true };
  held.server.on("GET /meta", { body: about });
  await loadMeta();
  expect(meta.get()?.setup_required).toBe(true);
  expect(server.get().name).toBe("Our place");
});
