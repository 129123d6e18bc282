import { api, path } from "../../api/client";
import type { Density, Id, Me, Meta, Page, Session, Settings, SignedIn, Theme } from "../../api/types";
import { persist } from "../../store/persist";
import { meta, putMe, putSettings, server, sessions, setAccount, settings } from "./store";

/** Fetches what the server says about itself; the sign-in and register pages need it. */
export async function loadMeta(): Promise<Meta> {
  const fetched = await api.get<Meta>("/meta");
  meta.set(fetched);
  server.set({ name: fetched.name, version: fetched.version });
  return fetched;
}

export async function signIn(credentials: { login: string; password: string }): Promise<void> {
  enter(await api.post<SignedIn>("/sessions", credentials));
}

export interface Registration {
  email: string;
  username: string;
  display_name?: string;
  password: string;
  setup_code?: string;
}

export async function register(registration: Registration): Promise<void> {
  enter(await api.create<SignedIn>("/users", registration));
}

function enter({ user, session }: SignedIn): void {
  setAccount({ state: "signedIn", me: user, session });
}

/**
 * Ends this session and forgets what this device kept. The person is signed out here even when
 * the server cannot be told; then the call rejects.
 */
export async function signOut(): Promise<void> {
  try {
    await api.delete(path("sessions", "current"));
  } finally {
    setAccount({ state: "signedOut" });
    await persist.wipe();
  }
}

export interface MeChange {
  display_name?: string;
  username?: string;
  email?: string;
  /** Needed to change the e-mail address. */
  current_password?: string;
}

export async function updateMe(change: MeChange): Promise<void> {
  putMe(await api.patch<Me>("/me", change));
}

/** Changes the password; the server ends my other sessions. */
export async function changePassword(change: {
  current_password: string;
  new_password: string;
}): Promise<void> {
  await api.put("/me/password", change, { tries: 1 });
  await loadSessions();
}

export async function loadSessions(): Promise<void> {
  const found: Session[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Session> = await api.get("/sessions", { query: { cursor } });
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  sessions.replaceAll(found);
}

export async function endSession(id: Id): Promise<void> {
  await api.delete(path("sessions", id));
  sessions.remove(id);
}

export async function endOtherSessions(): Promise<void> {
  await api.delete("/sessions");
  sessions.removeWhere((session) => !session.current);
}

/** Changes settings at once and puts them back when the server refuses. */
export async function updateSettings(change: {
  theme?: Theme;
  density?: Density;
  language?: string;
}): Promise<void> {
  const before = settings.get();
  settings.set({ ...before, ...change });
  try {
    putSettings(await api.patch<Settings>("/me/settings", change));
  } catch (error) {
    settings.set(before);
    throw error;
  }
}
