import { api } from "../../api/client";
import type { Id, Page, User } from "../../api/types";
import { people } from "./store";

/** The most ids that one request may name. */
const BATCH = 200;
/** How long to gather ids before asking: one paint's worth of rows becomes one request. */
const GATHER_MS = 20;
/** A person who could not be fetched is not asked for again for this long. */
const AGAIN_AFTER_MS = 60_000;

const wanted = new Set<Id>();
const asked = new Map<Id, number>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Fetches those of the people that are not here yet. Cheap to call again and again. */
export function need(ids: Iterable<Id>): void {
  const now = Date.now();
  for (const id of ids) {
    if (id && !people.has(id) && now - (asked.get(id) ?? -Infinity) > AGAIN_AFTER_MS) wanted.add(id);
  }
  if (wanted.size > 0) timer ??= setTimeout(() => void fetchWanted(), GATHER_MS);
}

async function fetchWanted(): Promise<void> {
  timer = undefined;
  const batch = [...wanted].slice(0, BATCH);
  for (const id of batch) {
    wanted.delete(id);
    asked.set(id, Date.now());
  }
  if (wanted.size > 0) timer = setTimeout(() => void fetchWanted(), GATHER_MS);
  try {
    const page = await api.get<Page<User>>("/users", { query: { ids: batch.join(","), limit: BATCH } });
    people.putAll(page.items);
    for (const user of page.items) asked.delete(user.id);
  } catch {
    // A view that still shows them asks again; a failed fetch must not hold them back.
    for (const id of batch) asked.delete(id);
  }
}

/** People whose username or name begins with `q`; an empty `q` lists everyone. */
export async function searchPeople(
  q: string,
  cursor: string | null = null,
  signal?: AbortSignal,
): Promise<Page<User>> {
  const page = await api.get<Page<User>>("/users", { query: { q, cursor, limit: 30 }, signal });
  people.putAll(page.items);
  return page;
}

/** Fetches one person anew; my own profile pages and mentions use it. */
export async function loadPerson(id: Id): Promise<User> {
  const user = await api.get<User>(`/users/${encodeURIComponent(id)}`);
  people.put(user);
  return user;
}
