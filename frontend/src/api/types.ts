/**
 * The shapes on the wire: the one place that names them for the rest of the client.
 * Optional values are `null` when absent; ids are decimal strings; times are RFC 3339 UTC.
 */
export type Id = string;
export type Time = string;

export type ServerRole = "owner" | "admin" | "member";
export type RoomKind = "channel" | "group" | "direct";
export type Visibility = "public" | "private";
export type RoomRole = "owner" | "moderator" | "member";
export type Notifications = "all" | "mentions" | "nothing";
export type PresenceState = "online" | "idle" | "dnd" | "offline";
export type Theme = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";

export interface User {
  id: Id;
  version: number;
  created_at: Time;
  username: string;
  display_name: string;
  server_role: ServerRole;
  deactivated_at: Time | null;
}

export interface Me extends User {
  email: string;
}

export interface Session {
  id: Id;
  version: number;
  created_at: Time;
  last_seen_at: Time;
  expires_at: Time;
  user_agent: string | null;
  address: string | null;
  current: boolean;
}

export interface Settings {
  theme: Theme;
  density: Density;
  language: string;
  version: number;
}

export interface Room {
  id: Id;
  version: number;
  created_at: Time;
  kind: RoomKind;
  name: string | null;
  topic: string | null;
  visibility: Visibility;
  created_by: Id | null;
  archived_at: Time | null;
  member_count: number;
  last_seq: number;
  last_message_at: Time | null;
  /** Filled for direct and group rooms only. */
  member_ids: Id[];
}

/** A room as its member sees it. `role` is null for a public channel one has not joined. */
export interface MyRoom extends Room {
  role: RoomRole | null;
  read_seq: number;
  unread_count: number;
  mention_count: number;
  notifications: Notifications;
}

export interface DiscoveredRoom extends Room {
  is_member: boolean;
}

export interface Member {
  room_id: Id;
  user_id: Id;
  role: RoomRole;
  joined_at: Time;
  version: number;
}

export interface MemberWithUser extends Member {
  user: User;
}

export interface Message {
  id: Id;
  room_id: Id;
  seq: number;
  author_id: Id;
  body: string;
  created_at: Time;
  edited_at: Time | null;
  deleted_at: Time | null;
  version: number;
  reply_to_id: Id | null;
  thread_root_id: Id | null;
  /** The key the author's client chose for the post. */
  client_ref: string | null;
}

export interface ReadState {
  room_id: Id;
  read_seq: number;
  unread_count: number;
  mention_count: number;
}

export interface Presence {
  user_id: Id;
  presence: PresenceState;
}

export interface Meta {
  version: string;
  name: string;
  capabilities: string[];
  limits: Record<string, number>;
  signup: "open" | "closed";
  setup_required: boolean;
}

export interface SignedIn {
  user: Me;
  session: Session;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
  prev: string | null;
}

export interface Bootstrap {
  position: string;
  me: Me;
  settings: Settings;
  rooms: MyRoom[];
  users: User[];
  presence: Presence[];
  session: Session | null;
  server: { name: string; version: string };
}

/** What each event type carries. A type that is not listed here is ignored. */
export interface EventData {
  "message.created": Message;
  "message.updated": Message;
  "message.deleted": Message;
  "room.created": Room;
  "room.updated": Room;
  "room.archived": Room;
  "member.added": { member: Member; user: User; room: Room };
  /** `notifications` is told to the member alone. */
  "member.updated": { member: Member; notifications: MyRoom["notifications"] | null };
  "member.removed": { room_id: Id; user_id: Id; member_count: number };
  "read.updated": ReadState;
  "user.updated": User;
  "settings.updated": Settings;
  "session.ended": { session_id: Id };
  typing: { room_id: Id; user_id: Id };
  "presence.updated": Presence;
}

export type EventType = keyof EventData;

/** The envelope around an event's data. Ephemeral events have no position of their own. */
export interface ServerEvent<Type extends string = string, Data = unknown> {
  type: Type;
  id?: Id | null;
  at?: Time;
  room_id?: Id | null;
  actor_id?: Id | null;
  client_ref?: string | null;
  data: Data;
}

export interface PositionedEvent extends ServerEvent {
  position: string;
}

export interface EventPage {
  items: PositionedEvent[];
  next: string;
  reset: boolean;
}

/** Handlers for some of the event types; a feature exports one such map. */
export type Handlers = {
  [Type in EventType]?: (data: EventData[Type], event: ServerEvent) => void;
};
