import { randomUUID } from "node:crypto";
import type { Message, MyRoom, Page, SignedIn, User } from "../../src/api/types.js";

export const PASSWORD = "seven-grey-herons-9";

/** A person with an account, who can do things without a browser. */
export class Person {
  private constructor(
    readonly server: string,
    readonly user: User & { email: string },
    /** Name and value of the cookie that signs a browser in as this person. */
    readonly cookie: { name: string; value: string },
  ) {}

  get name(): string {
    return this.user.display_name;
  }

  /** Registers "Ana" under a username that nobody else has. */
  static async register(server: string, display_name: string): Promise<Person> {
    const username = uniqueName(display_name).toLowerCase();
    const registration = { email: `${username}@example.org`, username, display_name, password: PASSWORD };
    const reply = await request(server, "POST", "/users", registration);
    const { user } = (await reply.json()) as SignedIn;
    return new Person(server, user, sessionCookie(reply));
  }

  /** Another session of the same person. */
  async signInAgain(): Promise<Person> {
    const reply = await request(this.server, "POST", "/sessions", { login: this.user.username, password: PASSWORD });
    return new Person(this.server, this.user, sessionCookie(reply));
  }

  async call<Reply>(method: string, path: string, body?: unknown): Promise<Reply> {
    const reply = await request(this.server, method, path, body, this.cookie);
    return (reply.status === 204 ? undefined : await reply.json()) as Reply;
  }

  /** Makes a public channel, or a private one with these members. */
  async channel(name: string, members: Person[] = []): Promise<MyRoom> {
    const room = await this.call<MyRoom>("POST", "/rooms", { kind: "channel", name, visibility: "private" });
    for (const member of members) await this.call("PUT", `/rooms/${room.id}/members/${member.user.id}`, {});
    return room;
  }

  direct(other: Person): Promise<MyRoom> {
    return this.call("POST", "/rooms", { kind: "direct", member_ids: [other.user.id] });
  }

  post(room: { id: string }, body: string, reply_to_id?: string): Promise<Message> {
    return this.call("POST", `/rooms/${room.id}/messages`, { body, ...(reply_to_id ? { reply_to_id } : {}) });
  }

  /** The bodies of a room's messages, oldest first. */
  async history(room: { id: string }): Promise<string[]> {
    const page = await this.call<Page<Message>>("GET", `/rooms/${room.id}/messages?limit=200`);
    return page.items.map((message) => message.body);
  }
}

/** "Lighthouse" -> "Lighthouse-3f2a1b": tests share a server and must not meet. */
export function uniqueName(name: string): string {
  return `${name.replace(/[^A-Za-z0-9]/gu, "-")}-${randomUUID().slice(0, 6)}`;
}

async function request(
  server: string,
  method: string,
  path: string,
  body?: unknown,
  cookie?: { name: string; value: string },
): Promise<Response> {
  const reply = await fetch(`${server}/api/v1${path}`, {
    method,
    headers: {
      ...(method === "GET" ? {} : { "Content-Type": "application/json", "X-Requested-With": "confab", Origin: server }),
      ...(cookie ? { Cookie: `${cookie.name}=${cookie.value}` } : {}),
    },
    ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
  return reply;
}

function sessionCookie(reply: Response): { name: string; value: string } {
  for (const line of reply.headers.getSetCookie()) {
    const [, name, value] = /^((?:__Host-)?confab)=([^;]+)/u.exec(line) ?? [];
    if (name && value) return { name, value };
  }
  throw new Error("the server set no session cookie");
}
