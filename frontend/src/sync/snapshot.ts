import { api } from "../api/client";
import type { Bootstrap, Id, Me, MyRoom, ServerEvent, Settings, User } from "../api/types";
import { defaultSettings, myself, ready, server, sessions, setAccount, settings } from "../features/accounts/store";
import { distrustHistory, drafts, messages, pending } from "../features/messages/store";
import { forgetWindows } from "../features/messages/timeline/Window";
import { people, presence } from "../features/people/store";
import { forgetDiscounts } from "../features/reads/store";
import { reloadMembers } from "../features/rooms/commands";
import { members, previewRooms, rooms } from "../features/rooms/store";
import { allTimelines } from "../store/timeline";
import { persist } from "../store/persist";

/**
 * Fetches everything that is needed to draw and puts it into the tables. Returns the position
 * from which events go on. Rejects with ApiError, 401 when nobody is signed in.
 */
export async function bootstrap(signal: AbortSignal): Promise<string> {
  const found = await api.get<Bootstrap>("/bootstrap", { signal, tries: 1 });
  setAccount({ state: "signedIn", me: found.me, session: found.session });
  settings.set(found.settings);
  server.set(found.server);
  rooms.replaceAll(found.rooms);
  // People met elsewhere stay: messages on the screen need their names.
  people.putAll(found.users);
  presence.replaceAll(found.presence);
  reloadMembers();
  forgetDiscounts();
  distrustHistory();
  ready.set(true);
  return found.position;
}

/**
 * Who is here now, as events. Presence is never replayed, so after a break in the stream this
 * makes up for what was missed.
 */
export async function presenceChanges(signal: AbortSignal): Promise<ServerEvent[]> {
  const { presence: rows } = await api.get<Bootstrap>("/bootstrap", { signal });
  const here = new Set(rows.map((row) => row.user_id));
  const gone = [...presence.values()].filter((row) => row.presence !== "offline" && !here.has(row.user_id));
  return [...rows, ...gone.map((row) => ({ ...row, presence: "offline" as const }))]
    .filter((row) => presence.get(row.user_id)?.presence !== row.presence)
    .map((row) => ({ type: "presence.updated", data: row }));
}

/** What is kept on the device to draw the next visit's first screen before the server answers. */
interface Kept {
  me: Me;
  settings: Settings;
  rooms: MyRoom[];
  users: User[];
  server: { name: string; version: string };
}

const KEY = "last";
/** Beyond this many people only a part is kept; the rest is fetched when it is shown. */
const PEOPLE_LIMIT = 1_000;

/** Keeps the tables as they are now. */
export async function keepSnapshot(): Promise<void> {
  const me = myself.get();
  if (!me || !ready.get()) return;
  const kept: Kept = {
    me,
    settings: settings.get(),
    rooms: [...rooms.values()],
    users: [...people.values()].slice(0, PEOPLE_LIMIT),
    server: server.get(),
  };
  await persist.put("snapshots", KEY, kept);
}

/** The session is over: what was kept of it must not be drawn again. */
export const dropSnapshot = (): Promise<void> => persist.delete("snapshots", KEY);

/** Draws from what the last visit left, if anything. The server has the last word on it. */
export async function warmStart(): Promise<Id | null> {
  const kept = await persist.get<Kept>("snapshots", KEY);
  if (!kept || ready.get()) return null;
  settings.set(kept.settings);
  server.set(kept.server);
  people.putAll(kept.users);
  rooms.replaceAll(kept.rooms);
  setAccount({ state: "signedIn", me: kept.me, session: null });
  ready.set(true);
  return kept.me.id;
}

/** Empties every table: nobody is signed in. What is on the device stays. */
export function forgetAll(): void {
  ready.set(false);
  forgetWindows();
  for (const table of [rooms, previewRooms, members, people, presence, messages, pending, drafts, sessions]) {
    table.clear();
  }
  for (const room of allTimelines()) room.clear();
  forgetDiscounts();
  distrustHistory();
  settings.set({ ...defaultSettings, theme: settings.get().theme, language: settings.get().language });
}
