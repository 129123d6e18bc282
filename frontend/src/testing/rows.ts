import type { Me, Member, Message, MyRoom, Room, User } from "../api/types";

const AT = "2026-11-20T08:00:00.000Z";

export function user(id: string, change: Partial<User> = {}): User {
  return {
    id,
    version: 1,
    created_at: AT,
    username: `user${id}`,
    display_name: `User ${id}`,
    server_role: "member",
    deactivated_at: null,
    ...change,
  };
}

export function meAs(id: string): Me {
  return { ...user(id), email: `user${id}@example.org` };
}

export function room(id: string, change: Partial<Room> = {}): Room {
  return {
    id,
    version: 1,
    created_at: AT,
    kind: "channel",
    name: `room${id}`,
    topic: "",
    visibility: "public",
    created_by: "1",
    archived_at: null,
    member_count: 1,
    last_seq: 0,
    last_message_at: null,
    member_ids: [],
    ...change,
  };
}

export function myRoom(id: string, change: Partial<MyRoom> = {}): MyRoom {
  return {
    ...room(id),
    role: "member",
    read_seq: 0,
    unread_count: 0,
    mention_count: 0,
    notifications: "all",
    ...change,
  };
}

export function member(room_id: string, user_id: string, change: Partial<Member> = {}): Member {
  return { room_id, user_id, role: "member", joined_at: AT, version: 1, ...change };
}

/** A message whose id is its seq with the room's id in front. */
export function message(room_id: string, seq: number, change: Partial<Message> = {}): Message {
  return {
    id: `${room_id}${String(seq).padStart(6, "0")}`,
    room_id,
    seq,
    author_id: "2",
    body: `message ${seq}`,
    created_at: new Date(Date.parse(AT) + seq * 1000).toISOString(),
    edited_at: null,
    deleted_at: null,
    version: 1,
    reply_to_id: null,
    thread_root_id: null,
    client_ref: null,
    ...change,
  };
}

/** The messages `from`..`to` of a room. */
export function messagesOf(room_id: string, from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, index) => message(room_id, from + index));
}
