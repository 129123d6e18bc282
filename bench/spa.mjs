// How the browser application feels on this machine: warm load, a busy room, a long history.
// Prints figures, judges nothing.
//
//   CONFAB_RATE_LIMITS=off CONFAB_PORT=8480 CONFAB_DATA=$(mktemp -d) ops/up &
//   CONFAB_URL=http://127.0.0.1:8480 node bench/spa.mjs [--history 100000] [--phone]
import { createRequire } from "node:module";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

const { chromium } = createRequire(new URL("../frontend/package.json", import.meta.url))("playwright-core");
const base = process.env.CONFAB_URL ?? "http://127.0.0.1:8470";
const { values: options } = parseArgs({
  options: {
    history: { type: "string", default: "20000" },
    rate: { type: "string", default: "300" },
    seconds: { type: "string", default: "10" },
    phone: { type: "boolean", default: false },
  },
});

async function call(method, path, cookie, body) {
  const reply = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: {
      "Content-Type": "application/json",
      "X-Requested-With": "confab",
      Origin: base,
      ...(cookie ? { Cookie: cookie } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = reply.status === 204 ? undefined : await reply.json();
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${answer.detail}`);
  return { answer, cookie: reply.headers.getSetCookie()[0]?.split(";")[0] };
}

async function register(name) {
  const username = `${name}-${randomUUID().slice(0, 8)}`;
  const { answer, cookie } = await call("POST", "/users", undefined, {
    email: `${username}@example.org`,
    username,
    display_name: name,
    password: "seven-grey-herons-9",
  });
  return { id: answer.user.id, cookie };
}

async function channel(owner, name, members) {
  const { answer } = await call("POST", "/rooms", owner.cookie, { kind: "channel", name, visibility: "private" });
  for (const member of members) await call("PUT", `/rooms/${answer.id}/members/${member.id}`, owner.cookie, {});
  return answer.id;
}

/** `count` messages of many heights, some of them at once. */
async function fill(author, room, count) {
  let next = 0;
  const one = async () => {
    while (next < count) {
      const n = next++;
      const body = `no. ${n} ${"of a history that goes on. ".repeat((n * 7) % 13)}`;
      await call("POST", `/rooms/${room}/messages`, author.cookie, { body });
    }
  };
  await Promise.all(Array.from({ length: 16 }, one));
}

/** Read to the end, a room opens at its newest message and follows. */
async function read_all(reader, room) {
  const { answer } = await call("GET", `/rooms/${room}`, reader.cookie);
  await call("PUT", `/rooms/${room}/read`, reader.cookie, { seq: answer.last_seq });
}

/** Runs in the page from its beginning: when the first message was on the screen. */
function watch_first_row() {
  const seen = () => {
    if (!document.querySelector("[data-message]")) return requestAnimationFrame(seen);
    requestAnimationFrame(() => setTimeout(() => (window.__first_row_ms = performance.now())));
  };
  requestAnimationFrame(seen);
}

/** Runs in the page: the time between frames, until told to stop. */
function watch_frames() {
  const frames = [];
  let last = performance.now();
  const tick = (now) => {
    frames.push(now - last);
    last = now;
    if (window.__watching) requestAnimationFrame(tick);
  };
  window.__watching = true;
  window.__frames = frames;
  requestAnimationFrame(tick);
}

async function frames_during(page, work) {
  await page.evaluate(watch_frames);
  await work();
  const frames = await page.evaluate(() => {
    window.__watching = false;
    return window.__frames;
  });
  return frames.slice(1).sort((a, b) => a - b);
}

const at = (sorted, part) => sorted[Math.floor(part * (sorted.length - 1))];
const show = (what, sorted) =>
  console.log(
    `${what.padEnd(34)} p50 ${at(sorted, 0.5).toFixed(1)}  p95 ${at(sorted, 0.95).toFixed(1)}  ` +
      `p99 ${at(sorted, 0.99).toFixed(1)}  most ${at(sorted, 1).toFixed(1)} ms  ` +
      `(${sorted.length}, ${sorted.filter((ms) => ms > 50).length} over 50 ms)`,
  );
const heap_mb = (page) => page.evaluate(() => performance.memory.usedJSHeapSize / 2 ** 20);

console.log(`${cpus().length} x ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)} before`);
const [ana, ben] = [await register("ana"), await register("ben")];
for (let i = 0; i < 30; ++i) await channel(ana, `room ${i}`, [ben]);
const room = await channel(ana, "busy", [ben]);
await fill(ben, room, 1000);
await read_all(ana, room);

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--enable-precise-memory-info"] });
try {
  const context = await browser.newContext({ viewport: options.phone ? { width: 390, height: 844 } : { width: 1440, height: 900 } });
  await context.addInitScript(watch_first_row);
  const page = await context.newPage();
  // Playwright's own addCookies cannot make a cookie whose name begins with __Host-.
  const [name, ...value] = ana.cookie.split("=");
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.setCookie", { name, value: value.join("="), url: base, path: "/", secure: true });

  const loads = [];
  for (let i = 0; i < 11; ++i) {
    await page.goto(`${base}/r/${room}`);
    await page.waitForFunction(() => window.__first_row_ms);
    loads.push(await page.evaluate(() => window.__first_row_ms));
  }
  show("warm load to the first room", loads.slice(1).sort((a, b) => a - b));

  const [rate, seconds] = [Number(options.rate), Number(options.seconds)];
  const busy = await frames_during(page, async () => {
    const posts = [];
    const begun = performance.now();
    for (let n = 0; n < rate * seconds; ++n) {
      const wait = begun + (n * 1000) / rate - performance.now();
      if (wait > 1) await pause(wait);
      posts.push(call("POST", `/rooms/${room}/messages`, ben.cookie, { body: `event ${n} of many` }));
    }
    await Promise.all(posts);
    console.log(`${posts.length} messages in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    await page.getByText(`event ${rate * seconds - 1} of many`, { exact: true }).last().waitFor();
  });
  show(`frames at ${rate} events/s`, busy);

  const count = Number(options.history);
  const archive = await channel(ana, "archive", [ben]);
  await fill(ben, archive, count);
  await read_all(ana, archive);
  await page.goto(`${base}/r/${archive}`);
  await page.waitForFunction(() => window.__first_row_ms);
  await page.getByRole("log").hover();
  const before = await heap_mb(page);
  const scrolling = await frames_during(page, async () => {
    const until = performance.now() + seconds * 1000;
    while (performance.now() < until) {
      await page.mouse.wheel(0, -1500);
      await pause(16);
    }
  });
  const oldest = await page.evaluate(() => document.querySelector("[data-message]")?.textContent.match(/no\. (\d+)/)?.[1]);
  show(`frames scrolling ${count} messages`, scrolling);
  console.log(`reached no. ${oldest}; heap ${before.toFixed(1)} -> ${(await heap_mb(page)).toFixed(1)} MB`);
} finally {
  await browser.close();
}
