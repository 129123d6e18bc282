// Fills a running server with the people, rooms and messages of conversation.txt, through the
// public API. Every step may be repeated: run it again and nothing is there twice.
//
//   node ops/demo/demo.mjs [--wait]     CONFAB_URL or CONFAB_PORT says where the server is
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { parse } from "./parse.mjs";

const base = process.env.CONFAB_URL ?? `http://127.0.0.1:${process.env.CONFAB_PORT ?? 8470}`;
const password = "quayside-98.4-fm";

/** One call; waits and tries again when the server is busy, limits us, or is restarted. */
async function call(method, path, { token, key, body } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    let reply;
    try {
      reply = await fetch(`${base}/api/v1${path}`, {
        method,
        headers: {
          ...(body ? { "Content-Type": "application/json" } : {}),
          ...(token ? { Authorization: `Bearer ${token}` } : {}),
          ...(key ? { "Idempotency-Key": key } : {}),
        },
        body: body && JSON.stringify(body),
      });
    } catch (error) {
      if (attempt === 20) throw new Error(`${base} does not answer: ${error.message}`);
      await pause(500);
      continue;
    }
    if ((reply.status === 429 || reply.status === 503) && attempt < 20) {
      await pause(1000 * Number(reply.headers.get("Retry-After") ?? 1));
      continue;
    }
    const answer = reply.status === 204 ? undefined : await reply.json();
    return { status: reply.status, answer };
  }
}

/** The same, for calls that must succeed. */
async function must(method, path, options) {
  const { status, answer } = await call(method, path, options);
  if (status < 400) return answer;
  throw new Error(`${method} ${path}: ${status} ${answer.code}: ${answer.detail ?? ""}`);
}

async function until_ready() {
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    const ready = await fetch(`${base}/readyz`).then((reply) => reply.ok, () => false);
    if (ready) return;
    await pause(200);
  }
  throw new Error(`${base} is not ready after two minutes`);
}

/** Registers a person, or signs them in when they are there already. */
async function person({ username, display_name }) {
  const { status, answer } = await call("POST", "/users", {
    body: { email: `${username}@quayside.example`, username, display_name, password },
  });
  if (status !== 201 && status !== 409) {
    throw new Error(`cannot register ${username}: ${status} ${answer.code}: ${answer.detail ?? ""}`);
  }
  const signed_in = await must("POST", "/tokens", { body: { login: username, password } });
  return { id: signed_in.user.id, token: signed_in.access_token };
}

async function room({ name, visibility, topic, members }, people) {
  const owner = people.get(members[0]);
  const mine = await must("GET", "/rooms", { token: owner.token });
  const found = mine.items.find((candidate) => candidate.name === name);
  const { id } =
    found ??
    (await must("POST", "/rooms", {
      token: owner.token,
      key: `demo-room-${name}`,
      body: { kind: "channel", name, visibility, topic },
    }));
  const joining = visibility === "public" ? [...people.keys()] : members;
  for (const username of joining) {
    if (username === members[0]) continue;
    const { id: user_id, token } = people.get(username);
    // To a public room people come themselves; to a private one its owner brings them.
    const actor = visibility === "public" ? token : owner.token;
    await must("PUT", `/rooms/${id}/members/${user_id}`, { token: actor, body: {} });
  }
  return id;
}

async function main() {
  if (process.argv.includes("--wait")) await until_ready();
  const story = parse(await readFile(new URL("conversation.txt", import.meta.url), "utf8"));

  const people = new Map();
  for (const one of story.people) people.set(one.username, await person(one));

  let count = 0;
  for (const one of story.rooms) {
    const id = await room(one, people);
    const posted = [];
    for (const [index, message] of one.messages.entries()) {
      const reply_to_id = message.reply ? posted[index - message.reply] : undefined;
      const { id: message_id } = await must("POST", `/rooms/${id}/messages`, {
        token: people.get(message.author).token,
        key: `demo-${one.name}-${index + 1}`,
        body: { body: message.body, ...(reply_to_id ? { reply_to_id } : {}) },
      });
      posted.push(message_id);
      count += 1;
    }
  }
  console.log(
    `The demo is there: ${people.size} people, ${story.rooms.length} rooms, ${count} messages. ` +
      `Sign in as ${story.people[0].username} (or any of them) with the password ${password}`,
  );
}

main().catch((error) => {
  console.error(`demo: ${error.message}`);
  process.exitCode = 1;
});
