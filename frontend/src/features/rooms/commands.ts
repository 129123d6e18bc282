import { api, path } from "../../api/client";
import type {
  DiscoveredRoom, Id, Member, MemberWithUser, MyRoom, Notifications, Page, RoomKind, RoomRole, Visibility,
} from "../../api/types";
import { me } from "../accounts/store";
import { need } from "../people/commands";
import { people } from "../people/store";
import { forgetRoom, memberKey, members, otherMember, putFetchedRoom, rooms } from "./store";

export interface NewRoom {
  kind: RoomKind;
  name?: string;
  topic?: string;
  visibility?: Visibility;
  member_ids?: Id[];
}

/** Makes a room and puts it in the list. A direct room that exists already is returned as it is. */
export async function createRoom(draft: NewRoom): Promise<MyRoom> {
  return take(await api.create<MyRoom>("/rooms", draft));
}

/** The direct room with a person; made when there is none. */
export async function openDirect(user_id: Id): Promise<MyRoom> {
  for (const room of rooms.values()) if (otherMember(room) === user_id) return room;
  return createRoom({ kind: "direct", member_ids: [user_id] });
}

/** Fetches a room by id: one of mine, or a public channel to look at. Rejects with 404 otherwise. */
export async function loadRoom(room_id: Id, signal?: AbortSignal): Promise<MyRoom> {
  return take(await api.get<MyRoom>(path("rooms", room_id), { signal }));
}

function take(room: MyRoom): MyRoom {
  need(room.member_ids);
  putFetchedRoom(room);
  return rooms.get(room.id) ?? room;
}

/** Public channels that one may join, by name. */
export function discoverRooms(
  q: string,
  cursor: string | null = null,
  signal?: AbortSignal,
): Promise<Page<DiscoveredRoom>> {
  return api.get("/rooms/discover", { query: { q, cursor, limit: 30 }, signal });
}

export async function joinRoom(room_id: Id): Promise<MyRoom> {
  members.put(await api.put<Member>(path("rooms", room_id, "members", "me")));
  return loadRoom(room_id);
}

export async function leaveRoom(room_id: Id): Promise<void> {
  await api.delete(path("rooms", room_id, "members", "me"));
  forgetRoom(room_id);
}

export interface RoomChange {
  name?: string;
  topic?: string;
  visibility?: Visibility;
}

export async function updateRoom(room_id: Id, change: RoomChange): Promise<void> {
  take(await api.patch<MyRoom>(path("rooms", room_id), change));
}

export async function archiveRoom(room_id: Id): Promise<void> {
  await api.delete(path("rooms", room_id));
  await loadRoom(room_id);
}

export async function restoreRoom(room_id: Id): Promise<void> {
  take(await api.patch<MyRoom>(path("rooms", room_id), { archived: false }));
}

/** One page of a room's members; the members and people tables hold them afterwards. */
export async function loadMembers(
  room_id: Id,
  cursor: string | null = null,
  signal?: AbortSignal,
): Promise<Page<MemberWithUser>> {
  const page = await api.get<Page<MemberWithUser>>(path("rooms", room_id, "members"), {
    query: { cursor, limit: 100 },
    signal,
  });
  people.putAll(page.items.map((item) => item.user));
  members.putAll(page.items.map(({ user: _, ...member }) => member));
  return page;
}

/** Fetches the lists again that are held: changes to them may have been missed. */
export function reloadMembers(): void {
  const held = new Set([...members.values()].map((row) => row.room_id));
  members.clear();
  // A list that cannot be fetched now is fetched when it is opened.
  for (const room_id of held) if (rooms.has(room_id)) loadMembers(room_id).catch(() => undefined);
}

export async function addMember(room_id: Id, user_id: Id): Promise<void> {
  need([user_id]);
  members.put(await api.put<Member>(path("rooms", room_id, "members", user_id)));
}

export async function removeMember(room_id: Id, user_id: Id): Promise<void> {
  await api.delete(path("rooms", room_id, "members", user_id));
  members.remove(memberKey(room_id, user_id));
}

export async function setRole(room_id: Id, user_id: Id, role: RoomRole): Promise<void> {
  members.put(await api.patch<Member>(path("rooms", room_id, "members", user_id), { role }));
}

/** What of this room may disturb me. */
export async function setNotifications(room_id: Id, notifications: Notifications): Promise<void> {
  const before = rooms.get(room_id)?.notifications ?? "all";
  rooms.patch(room_id, { notifications });
  try {
    await api.patch(path("rooms", room_id, "members", me().id), { notifications });
  } catch (error) {
    rooms.patch(room_id, { notifications: before });
    throw error;
  }
}
