import type { components } from "./schema.js";

/**
 * Names for the shapes on the wire, which the server prints and `npm run types` turns into
 * `schema.d.ts`. Ids are decimal strings; times are RFC 3339 UTC; what is absent is `null`.
 */
type Schemas = components["schemas"];

export type Id = string;
export type Time = string;

export type User = Schemas["User"];
export type Me = Schemas["Me"];
export type Session = Schemas["Session"];
export type Settings = Schemas["Settings"];
export type Room = Schemas["Room"];
/** A room as its member sees it. `role` is null for a public channel one has not joined. */
export type MyRoom = Schemas["MyRoom"];
export type DiscoveredRoom = Schemas["FoundRoom"];
export type Member = Schemas["Member"];
export type MemberWithUser = Schemas["MemberUser"];
export type Message = Schemas["Message"];
export type ReadState = Schemas["ReadState"];
export type Presence = Schemas["Presence"];
export type Meta = Schemas["Meta"];
export type SignedIn = Schemas["SignedIn"];
export type Bootstrap = Schemas["Bootstrap"];

export type ServerRole = User["server_role"];
export type RoomKind = Room["kind"];
export type Visibility = Room["visibility"];
export type RoomRole = Member["role"];
export type Notifications = MyRoom["notifications"];
export type PresenceState = Presence["presence"];
export type Theme = Settings["theme"];
export type Density = Settings["density"];

export interface Page<Item> {
  items: Item[];
  next: string | null;
  prev: string | null;
}

/** What each event type carries. A type that is not listed here is ignored. */
export type EventData = Omit<Schemas["EventData"], "hello" | "reset">;

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
