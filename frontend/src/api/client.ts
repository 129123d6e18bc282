import { newKey } from "../lib/ids";
import { delay } from "../lib/time";

/** A field of the request that the server refused. */
export interface FieldError {
  /** JSON pointer of the field, `/password`. */
  pointer: string;
  code: string;
  detail: string;
}

/**
 * A request that did not succeed: the server's problem document, or `status` 0 with code
 * `network` when no answer came (`aborted` when the caller gave up).
 */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: readonly FieldError[] = [],
    /** Seconds the server asked to wait, or null. */
    readonly retryAfter: number | null = null,
    readonly requestId: string | null = null,
  ) {
    super(detail || code);
  }

  /** What is wrong with one field of the request. */
  field(name: string): FieldError | undefined {
    return this.errors.find((error) => error.pointer === `/${name}`);
  }

  /** True when trying the same request again may succeed. */
  get isTemporary(): boolean {
    return this.code === "network" || [408, 425, 429].includes(this.status) || this.status >= 500;
  }
}

export const backend = {
  /** Where the API is; tests point it at their own server. */
  base: "/api/v1",
  /** Called when a request learns that the session is over. */
  onUnauthenticated: (): void => undefined,
};

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type Query = Record<string, string | number | null | undefined>;

export interface Options {
  query?: Query;
  signal?: AbortSignal | undefined;
  /** Idempotency-Key: makes a creating call safe to repeat, so it is repeated on failure. */
  key?: string;
  /** Lets the request outlive the page. */
  keepalive?: boolean;
  /** How many attempts in all; by default as many as are safe and useful. */
  tries?: number;
}

const TIMEOUT_MS = 30_000;
const BACKOFF_MS = 400;
const BACKOFF_MOST_MS = 5_000;
/** A server that asks for more patience than this gets its refusal shown instead. */
const RETRY_AFTER_MOST_S = 20;

export const api = {
  get: <T>(path: string, options: Options = {}) => call<T>("GET", path, undefined, options),
  /** A POST that is not repeated: signing in, typing. */
  post: <T>(path: string, body?: unknown, options: Options = {}) => call<T>("POST", path, body, options),
  /** A POST that creates: carries a key and is repeated with it until an answer comes. */
  create: <T>(path: string, body: unknown, options: Options = {}) =>
    call<T>("POST", path, body, { key: newKey(), ...options }),
  put: <T>(path: string, body?: unknown, options: Options = {}) => call<T>("PUT", path, body, options),
  patch: <T>(path: string, body: unknown, options: Options = {}) => call<T>("PATCH", path, body, options),
  delete: <T = void>(path: string, options: Options = {}) => call<T>("DELETE", path, undefined, options),
};

/** The path of a resource, each part escaped: `path("rooms", id, "members")`. */
export function path(...parts: (string | number)[]): string {
  return parts.map((part) => "/" + encodeURIComponent(part)).join("");
}

async function call<T>(method: Method, target: string, body: unknown, options: Options): Promise<T> {
  const most = options.tries ?? usualTries(method, options.key);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once<T>(method, target, body, options);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.isTemporary || attempt >= most) throw error;
      if ((error.retryAfter ?? 0) > RETRY_AFTER_MOST_S) throw error;
      await delay(pauseBefore(attempt, error.retryAfter), options.signal);
    }
  }
}

function usualTries(method: Method, key: string | undefined): number {
  if (method === "POST") return key ? 5 : 1;
  return 3;
}

function pauseBefore(attempt: number, retryAfter: number | null): number {
  const backoff = Math.min(BACKOFF_MS * 2 ** (attempt - 1), BACKOFF_MOST_MS);
  return (retryAfter ?? 0) * 1000 + backoff * (0.5 + Math.random());
}

async function once<T>(method: Method, target: string, body: unknown, options: Options): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") {
    headers["Content-Type"] = "application/json";
    headers["X-Requested-With"] = "confab";
  }
  if (options.key) headers["Idempotency-Key"] = options.key;

  let response: Response;
  let text: string;
  try {
    response = await fetch(address(target, options.query), {
      method,
      headers,
      // Unsafe methods say what they send even when they send nothing, so an empty body is an object.
      body: method === "GET" ? null : JSON.stringify(body ?? {}),
      credentials: "same-origin",
      keepalive: options.keepalive ?? false,
      signal: withTimeout(options.signal),
    });
    text = await response.text();
  } catch (cause) {
    if (options.signal?.aborted) throw new ApiError(0, "aborted", "");
    throw new ApiError(0, "network", cause instanceof Error ? cause.message : "");
  }
  if (response.ok) return (text === "" ? undefined : parse(text)) as T;
  const error = problem(response, text);
  if (response.status === 401 && error.code !== "bad_credentials") backend.onUnauthenticated();
  throw error;
}

/** The full address of a resource; null and undefined parameters are left out. */
export function address(target: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return backend.base + target + (text && `?${text}`);
}

function withTimeout(signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads the server's refusal; an answer from something in between still becomes an ApiError. */
export function problem(response: Response, text: string): ApiError {
  const document = parse(text);
  const fields = (typeof document === "object" && document ? document : {}) as Record<string, unknown>;
  const string = (name: string) => (typeof fields[name] === "string" ? fields[name] : "");
  return new ApiError(
    response.status,
    string("code") || `http_${response.status}`,
    string("detail") || string("title"),
    Array.isArray(fields["errors"]) ? (fields["errors"] as FieldError[]) : [],
    retryAfter(response.headers.get("Retry-After")),
    string("request_id") || response.headers.get("X-Request-Id"),
  );
}

/** `Retry-After` as seconds; the header also allows a date. */
export function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, (date - Date.now()) / 1000);
}
