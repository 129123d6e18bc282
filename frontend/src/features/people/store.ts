import type { Handlers, Id, Presence, PresenceState, User } from "../../api/types";
import { byId, Table } from "../../store/table";

/** Everyone this client has met, by id. */
export const people = new Table<User>(byId);

/** Who is here. A person without a row is offline, or unknown. */
export const presence = new Table<Presence>((row) => row.user_id);

export function presenceOf(id: Id): PresenceState {
  return presence.get(id)?.presence ?? "offline";
}

/** What to call somebody; an empty string while they are still being fetched. */
export function personName(user: User | undefined): string {
  return user ? user.display_name || user.username : "";
}

export const peopleEvents = {
  "user.updated": (user) => void people.put(user),
  "member.added": ({ user }) => void people.put(user),
  "presence.updated": (row) => void presence.put(row),
} satisfies Handlers;
