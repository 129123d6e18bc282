import type { Handlers, Id, Me, Meta, Session, Settings } from "../../api/types";
import { byId, Table } from "../../store/table";
import { Value } from "../../store/value";

export type Account =
  | { state: "unknown" }
  | { state: "signedOut" }
  | { state: "signedIn"; me: Me; session: Session | null };

export const defaultSettings: Settings = {
  theme: "system",
  density: "comfortable",
  language: "",
  version: 0,
};

export const account = new Value<Account>({ state: "unknown" });
/** The person signed in, or null. Always agrees with `account`. */
export const myself = new Value<Me | null>(null);
export const settings = new Value<Settings>(defaultSettings);
export const meta = new Value<Meta | null>(null);
export const server = new Value<{ name: string; version: string }>({ name: "Confab", version: "" });
export const sessions = new Table<Session>(byId);
/** True once a snapshot (the server's, or the one kept on this device) is in the tables. */
export const ready = new Value<boolean>(false);

/** The person signed in. Throws when nobody is: call it only below the signed-in shell. */
export function me(): Me {
  const person = myself.get();
  if (!person) throw new Error("nobody is signed in");
  return person;
}

export const myId = (): Id | undefined => myself.get()?.id;

export function setAccount(next: Account): void {
  myself.set(next.state === "signedIn" ? next.me : null);
  account.set(next);
}

/** Newer settings win, whichever way they came. */
export function putSettings(next: Settings): void {
  if (next.version >= settings.get().version) settings.set(next);
}

export function putMe(next: Me): void {
  const now = account.get();
  if (now.state !== "signedIn" || next.version < now.me.version) return;
  setAccount({ ...now, me: next });
}

export const accountEvents = {
  "settings.updated": putSettings,
  "session.ended": ({ session_id }) => sessions.remove(session_id),
  // My own row carries more than the public fields; keep the rest.
  "user.updated": (user) => {
    const person = myself.get();
    if (person?.id === user.id) putMe({ ...person, ...user });
  },
} satisfies Handlers;
