import type { Handlers, Id, Member, MyRoom, Room, RoomRole } from "../../api/types";
import { Derived, fromTable, fromValue } from "../../store/derived";
import { byId, Table } from "../../store/table";
import { myId, myself } from "../accounts/store";
import { people, personName } from "../people/store";

/** The rooms I am in. */
export const rooms = new Table<MyRoom>(byId);

/** Public channels that I looked at without joining; `role` is null. */
export const previewRooms = new Table<MyRoom>(byId);

/** Members of the rooms whose list was opened, by `memberKey`. */
export const members = new Table<Member>((row) => memberKey(row.room_id, row.user_id));

export const memberKey = (room_id: Id, user_id: Id): string => `${room_id}/${user_id}`;

/** What the room row gains for its member from a plain `Room`. */
function asMine(room: Room, role: RoomRole): MyRoom {
  return {
    ...room,
    role,
    read_seq: room.last_seq,
    unread_count: 0,
    mention_count: 0,
    notifications: "all",
  };
}

/**
 * Takes over a room from a reply. Counts and read marks of a room that is already here belong
 * to the event stream, which may be ahead of the reply; only a room that is new brings its own.
 */
export function putFetchedRoom(fetched: MyRoom): void {
  if (fetched.role === null) {
    previewRooms.put(fetched);
    return;
  }
  const held = rooms.get(fetched.id);
  if (!held) rooms.put(fetched);
  else if (fetched.version >= held.version) rooms.put({ ...fetched, ...streamOwned(held) });
  previewRooms.remove(fetched.id);
}

function streamOwned(room: MyRoom) {
  const { last_seq, last_message_at, read_seq, unread_count, mention_count } = room;
  return { last_seq, last_message_at, read_seq, unread_count, mention_count };
}

function applyRoom(room: Room): void {
  const held = rooms.get(room.id);
  if (held) {
    if (room.version > held.version) rooms.put({ ...held, ...room, ...streamOwned(held) });
  } else if (previewRooms.has(room.id)) {
    previewRooms.patch(room.id, room);
  }
}

/** Forgets a room that I am no longer in. */
export function forgetRoom(room_id: Id): void {
  rooms.remove(room_id);
  members.removeWhere((row) => row.room_id === room_id);
}

export const roomEvents = {
  "room.created": (room) => {
    // Only its members hear of a room; my own member row follows with the exact role.
    if (!rooms.has(room.id)) rooms.put(asMine(room, room.created_by === myId() ? "owner" : "member"));
  },
  "room.updated": applyRoom,
  "room.archived": applyRoom,
  "member.added": ({ member, room }) => {
    members.put(member);
    const held = rooms.get(room.id);
    if (member.user_id === myId()) {
      if (!held) rooms.put(asMine(room, member.role));
      else rooms.put({ ...held, role: member.role, ...roster(room) });
      previewRooms.remove(room.id);
    } else if (held) {
      rooms.put({ ...held, ...roster(room) });
    }
  },
  "member.updated": ({ member, notifications }) => {
    members.put(member);
    if (member.user_id !== myId()) return;
    rooms.patch(member.room_id, { role: member.role, ...(notifications && { notifications }) });
  },
  "member.removed": ({ room_id, user_id, member_count }) => {
    if (user_id === myId()) return forgetRoom(room_id);
    members.remove(memberKey(room_id, user_id));
    const held = rooms.get(room_id);
    if (!held) return;
    const member_ids = held.member_ids.filter((id) => id !== user_id);
    rooms.put({ ...held, member_count, member_ids });
  },
} satisfies Handlers;

function roster(room: Room): Pick<Room, "member_count" | "member_ids"> {
  return { member_count: room.member_count, member_ids: room.member_ids };
}

// What the views ask.

export interface Sections {
  channels: Id[];
  groups: Id[];
  directs: Id[];
}

/** The sidebar's three lists: channels by name, conversations by their newest message. */
export const roomSections = new Derived<Sections>(
  [fromTable(rooms)],
  () => sections(rooms),
  (a, b) => sameIds(a.channels, b.channels) && sameIds(a.groups, b.groups) && sameIds(a.directs, b.directs),
);

export function sections(table: Table<MyRoom>): Sections {
  const open = [...table.values()].filter((room) => room.archived_at === null);
  const newestFirst = (a: MyRoom, b: MyRoom) => activity(b).localeCompare(activity(a));
  const ids = (kind: MyRoom["kind"], order: (a: MyRoom, b: MyRoom) => number) =>
    open.filter((room) => room.kind === kind).sort(order).map((room) => room.id);
  return {
    channels: ids("channel", (a, b) => byName.compare(a.name, b.name)),
    groups: ids("group", newestFirst),
    directs: ids("direct", newestFirst),
  };
}

const byName = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
const activity = (room: MyRoom): string => room.last_message_at ?? room.created_at;
const sameIds = (a: Id[], b: Id[]): boolean => a.length === b.length && a.every((id, i) => id === b[i]);

const rank: Record<RoomRole, number> = { owner: 0, moderator: 1, member: 2 };

/** The known members of a room: owners, moderators, members; by name inside each. */
export function roomMembers(table: Table<Member>, room_id: Id): Member[] {
  const name = (row: Member) => personName(people.get(row.user_id));
  return [...table.values()]
    .filter((row) => row.room_id === room_id)
    .sort((a, b) => rank[a.role] - rank[b.role] || byName.compare(name(a), name(b)));
}

/** The other person of a direct room. */
export function otherMember(room: Room): Id | undefined {
  if (room.kind !== "direct") return undefined;
  return room.member_ids.find((id) => id !== myId()) ?? room.member_ids[0];
}

/** A room's name as this person sees it; empty while the people in it are being fetched. */
export function roomTitle(room: Room): string {
  const other = otherMember(room);
  if (other) return personName(people.get(other));
  if (room.name) return room.name;
  const others = room.member_ids.filter((id) => id !== myId());
  const names = others.slice(0, 4).map((id) => personName(people.get(id)));
  return names.filter(Boolean).join(", ") + (others.length > 4 ? ", …" : "");
}

const titles = new Map<Id, Derived<string>>();

/** The title of a room as a source: follows renames of the room and of the people in it. */
export function titleOf(room_id: Id): Derived<string> {
  let known = titles.get(room_id);
  if (!known) {
    known = new Derived(
      [fromTable(rooms), fromTable(previewRooms), fromTable(people), fromValue(myself)],
      () => {
        const room = rooms.get(room_id) ?? previewRooms.get(room_id);
        return room ? roomTitle(room) : "";
      },
    );
    titles.set(room_id, known);
  }
  return known;
}

const isStaff = (room: MyRoom): boolean => room.role === "owner" || room.role === "moderator";
const isOpen = (room: MyRoom): boolean => room.archived_at === null && room.role !== null;

export const canPost = isOpen;
export const canRename = (room: MyRoom): boolean => isOpen(room) && room.kind !== "direct" && isStaff(room);
export const canArchive = (room: MyRoom): boolean => isOpen(room) && room.kind !== "direct" && room.role === "owner";
export const canRestore = (room: MyRoom): boolean => room.archived_at !== null && room.role === "owner";
export const canAddMembers = (room: MyRoom): boolean => isOpen(room) && room.kind !== "direct";
export const canRemoveMembers = (room: MyRoom): boolean => canRename(room);
export const canChangeRoles = (room: MyRoom): boolean => canArchive(room);
export const canLeave = (room: MyRoom): boolean => room.role !== null && room.kind !== "direct";
