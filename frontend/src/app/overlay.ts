import type { Id, Message, RoomKind } from "../api/types";
import { Value } from "../store/value";

/** What may lie over the page; at most one at a time. */
export type Overlay =
  | { kind: "palette" }
  | { kind: "shortcuts" }
  | { kind: "newRoom"; roomKind: RoomKind }
  | { kind: "editRoom"; room_id: Id }
  | { kind: "addPeople"; room_id: Id }
  | { kind: "leaveRoom"; room_id: Id }
  | { kind: "archiveRoom"; room_id: Id }
  | { kind: "removeMember"; room_id: Id; user_id: Id }
  | { kind: "deleteMessage"; message: Message }
  | { kind: "signOut" };

export const overlay = new Value<Overlay | null>(null);

export const openOverlay = (next: Overlay): void => overlay.set(next);
export const closeOverlay = (): void => overlay.set(null);

/** The members panel beside the room: open on a wide screen until the person says otherwise. */
export const membersShown = new Value<boolean>(false);
