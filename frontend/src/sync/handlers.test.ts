import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { EventData, EventType, MyRoom, ServerEvent } from "../api/types";
import { setAccount, settings } from "../features/accounts/store";
import { messages, pending, typing } from "../features/messages/store";
import { people, presence } from "../features/people/store";
import { members, rooms } from "../features/rooms/store";
import { allTimelines } from "../store/timeline";
import { meAs, member, message, myRoom, room, user } from "../testing/rows";
import { token } from "../testing/server";
import { Feed } from "./feed";
import { apply } from "./handlers";
import { forgetAll } from "./snapshot";

const ME = "1";

function begin(mine: MyRoom[] = []): void {
  forgetAll();
  setAccount({ state: "signedIn", me: meAs(ME), session: null });
  rooms.replaceAll(mine);
  people.put(user(ME));
}

beforeEach(() => begin());

/** Everything the tables say, in a form that can be compared. */
function picture(): unknown {
  const sorted = <Row>(rows: Iterable<Row>) => [...rows].map((row) => JSON.stringify(row)).sort();
  const lines = [...allTimelines()].filter((line) => line.ids.length > 0);
  return {
    rooms: sorted(rooms.values()),
    members: sorted(members.values()),
    messages: sorted(messages.values()),
    people: sorted(people.values()),
    presence: sorted(presence.values()),
    settings: settings.get(),
    timelines: sorted(lines.map((line) => ({ room: line.room_id, ids: line.ids }))),
  };
}

const event = <Type extends EventType>(type: Type, data: EventData[Type]): ServerEvent => ({ type, data });

/** What people may do next, drawn at random; numbers choose among what is possible. */
type Deed = { act: number; room: number; who: number; pick: number };

/** A small server: turns deeds into the events that a real one would send to person 1. */
class Model {
  readonly log: ServerEvent[] = [];
  #version = 1;
  #rooms = new Map<string, { in: Set<string>; seq: number; posts: ReturnType<typeof message>[]; name: string; born: number }>();

  constructor(readonly roomIds: string[]) {
    for (const id of roomIds) {
      this.#rooms.set(id, { in: new Set([ME, "2", "3"]), seq: 0, posts: [], name: `room${id}`, born: 1 });
    }
  }

  run({ act, room: which, who, pick }: Deed): void {
    const room_id = this.roomIds[which % this.roomIds.length]!;
    const place = this.#rooms.get(room_id)!;
    const person = String(1 + (who % 4));
    this.#version += 1;
    const post = place.posts[pick % Math.max(1, place.posts.length)];
    const deeds = [
      () => this.#post(room_id, person),
      () => this.#post(room_id, person),
      () => post && !post.deleted_at && this.#change(room_id, post, { body: `edit ${this.#version}` }, "message.updated"),
      () => post && !post.deleted_at && this.#change(room_id, post, { body: "", deleted_at: post.created_at }, "message.deleted"),
      () => this.#read(room_id, Math.min(place.seq, pick)),
      () => this.#toggle(room_id, person),
      () => this.#rename(room_id),
      () => this.log.push(event("user.updated", user(person, { version: this.#version, display_name: `n${pick}` }))),
      () => this.log.push(event("settings.updated", { theme: "dark", density: "compact", language: "", version: this.#version })),
    ];
    deeds[act % deeds.length]!();
  }

  #shape(room_id: string) {
    const place = this.#rooms.get(room_id)!;
    const last = place.posts.at(-1);
    return room(room_id, {
      version: place.born,
      name: place.name,
      member_count: place.in.size,
      last_seq: place.seq,
      last_message_at: last?.created_at ?? null,
    });
  }

  #tell(room_id: string, told: ServerEvent): void {
    if (this.#rooms.get(room_id)!.in.has(ME)) this.log.push(told);
  }

  #post(room_id: string, author_id: string): void {
    const place = this.#rooms.get(room_id)!;
    if (!place.in.has(author_id)) return;
    place.seq += 1;
    const post = message(room_id, place.seq, { author_id });
    place.posts.push(post);
    this.#tell(room_id, event("message.created", post));
  }

  #change(room_id: string, post: ReturnType<typeof message>, change: object, type: "message.updated" | "message.deleted"): void {
    const place = this.#rooms.get(room_id)!;
    const next = { ...post, ...change, version: post.version + 1 };
    place.posts[place.posts.indexOf(post)] = next;
    this.#tell(room_id, event(type, next));
  }

  #read(room_id: string, seq: number): void {
    const place = this.#rooms.get(room_id)!;
    if (!place.in.has(ME)) return;
    const unread_count = place.posts.filter((post) => post.seq > seq && post.author_id !== ME && !post.deleted_at).length;
    this.log.push(event("read.updated", { room_id, read_seq: seq, unread_count, mention_count: 0 }));
  }

  #toggle(room_id: string, user_id: string): void {
    const place = this.#rooms.get(room_id)!;
    if (place.in.has(user_id)) {
      place.in.delete(user_id);
      const gone = event("member.removed", { room_id, user_id, member_count: place.in.size });
      if (user_id === ME) this.log.push(gone);
      else this.#tell(room_id, gone);
    } else {
      place.in.add(user_id);
      const data = { member: member(room_id, user_id, { version: this.#version }), user: user(user_id), room: this.#shape(room_id) };
      this.#tell(room_id, event("member.added", data));
    }
  }

  #rename(room_id: string): void {
    const place = this.#rooms.get(room_id)!;
    place.name = `name${this.#version}`;
    place.born += 1;
    this.#tell(room_id, event("room.updated", this.#shape(room_id)));
  }
}

const deed = fc.record({ act: fc.nat(8), room: fc.nat(1), who: fc.nat(3), pick: fc.nat(12) });
const start = () => begin([myRoom("5", { member_count: 3 }), myRoom("6", { member_count: 3 })]);

function logOf(deeds: Deed[]): ServerEvent[] {
  const model = new Model(["5", "6"]);
  for (const each of deeds) model.run(each);
  return model.log;
}

describe("events applied in any duplication give the same tables", () => {
  test("every event told twice in a row", () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60, size: "max" }), (deeds) => {
        const log = logOf(deeds);
        start();
        log.forEach(apply);
        const once = picture();
        start();
        for (const each of log) [each, each].forEach(apply);
        expect(picture()).toEqual(once);
      }),
    );
  });

  test("any earlier part of the log told again at any time", () => {
    const again = fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 10 });
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60, size: "max" }), again, (deeds, replays) => {
        const log = logOf(deeds);
        start();
        log.forEach(apply);
        const once = picture();

        start();
        const feed = new Feed(() => expect.fail("no hole was made"), new AbortController().signal);
        feed.open(token(0));
        const tell = (index: number) =>
          feed.receive({ event: log[index]!, position: token(index + 1), prev: token(index) });
        for (let index = 0; index < log.length; index += 1) {
          tell(index);
          for (const [when, from] of replays) {
            if (when % log.length !== index) continue;
            for (let earlier = from % (index + 1); earlier <= index; earlier += 1) tell(earlier);
          }
        }
        expect(picture()).toEqual(once);
      }),
    );
  });
});

test("the counts that events add up to are those the server would send", () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 60, size: "max" }), (deeds) => {
      // Joining anew starts a count of its own; here nobody leaves.
      const staying = deeds.filter(({ act }) => act !== 5);
      start();
      logOf(staying).forEach(apply);
      for (const held of rooms.values()) {
        const expected = [...messages.values()].filter(
          (row) => row.room_id === held.id && row.seq > held.read_seq && row.author_id !== ME && !row.deleted_at,
        );
        expect(held.unread_count).toBe(expected.length);
      }
    }),
  );
});

test("an event of an unknown type is ignored", () => {
  const before = picture();
  apply({ type: "call.created", data: { anything: true } });
  expect(picture()).toEqual(before);
});

test("my own message that comes back takes the grey copy away", () => {
  begin([myRoom("5")]);
  pending.put({
    client_ref: "k1", room_id: "5", body: "hi", reply_to_id: null, created_at: "", state: "sending", error: null,
  });
  apply(event("message.created", message("5", 1, { author_id: ME, client_ref: "k1" })));

  expect(pending.size).toBe(0);
  expect(rooms.get("5")).toMatchObject({ unread_count: 0, last_seq: 1 });
});

test("whoever posts has stopped typing", () => {
  begin([myRoom("5")]);
  apply(event("typing", { room_id: "5", user_id: "2" }));
  expect(typing.get("5")?.user_ids).toEqual(["2"]);
  apply(event("message.created", message("5", 1)));
  expect(typing.get("5")).toBeUndefined();
});

test("after I was removed from a room nothing of it is left", () => {
  begin([myRoom("5"), myRoom("6")]);
  apply(event("message.created", message("5", 1)));
  apply(event("message.created", message("6", 1)));
  apply(event("member.removed", { room_id: "5", user_id: ME, member_count: 2 }));

  expect([...rooms.values()].map((row) => row.id)).toEqual(["6"]);
  expect([...messages.values()].map((row) => row.room_id)).toEqual(["6"]);
});

// The C++ suite prints one file for each event type; both sides read the same bytes.
const fixtures = join(import.meta.dirname, "../../../tests/contract/fixtures/events");

const files = existsSync(fixtures) ? readdirSync(fixtures).filter((name) => name.endsWith(".json")) : [];

describe.runIf(files.length > 0)("the server's own event fixtures", () => {
  test.each(files)("%s is understood, and twice is the same as once", (name) => {
    const { event: told } = JSON.parse(readFileSync(join(fixtures, name), "utf8")) as { event: ServerEvent };
    start();
    apply(told);
    const once = picture();
    apply(told);
    expect(picture()).toEqual(once);
  });
});
