import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as the test server saw it. */
export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  body: unknown;
}

export interface Reply {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Answers a request; returning nothing means the handler keeps the response for itself. */
type Handler = (seen: Seen, response: ServerResponse) => Reply | void | Promise<Reply | void>;

/** A loopback HTTP server that answers as a test tells it: real sockets, real fetch. */
export class TestServer {
  readonly seen: Seen[] = [];
  #routes = new Map<string, Handler>();
  #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<TestServer> {
    const server = new TestServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get base(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/v1`;
  }

  /** Sets what "GET /rooms" and the like answer from now on. */
  on(route: string, handler: Handler | Reply): void {
    this.#routes.set(route, typeof handler === "function" ? handler : () => handler);
  }

  /** The requests of one kind seen so far. */
  calls(route: string): Seen[] {
    return this.seen.filter((request) => `${request.method} ${request.path}` === route);
  }

  /** Cuts every open connection, as a crash would. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const path = url.pathname.replace(/^\/api\/v1/, "");
    const text = await readAll(request);
    const seen: Seen = {
      method: request.method ?? "",
      path,
      query: url.searchParams,
      headers: request.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
    this.seen.push(seen);
    const handler = this.#routes.get(`${seen.method} ${path}`);
    const reply = handler ? await handler(seen, response) : { status: 404, body: { code: "not_found" } };
    if (!reply) return;
    response.writeHead(reply.status ?? 200, { "Content-Type": "application/json", ...reply.headers });
    response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** Positions are opaque to the client: these have no order that it could see. */
export const token = (position: number): string => `tag:${(position * 48_271) % 65_537}.${position}`;

const place = (text: string | null): number => Number(text?.split(".")[1] ?? 0);

/** The server's side of event streams: the log is what was published, each reader resumes in it. */
export class TestLog {
  readonly events: { position: number; type: string; body: unknown }[] = [];
  readonly connections: Seen[] = [];
  #readers = new Set<ServerResponse>();

  constructor(server: TestServer) {
    server.on("GET /events", (seen, response) => {
      this.connections.push(seen);
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write(`event: hello\ndata: {"position":"${token(this.position)}","oldest":"${token(0)}","heartbeat_s":15}\n\n`);
      const after = place(seen.query.get("after"));
      for (const event of this.events) if (event.position > after) this.#send(response, event);
      this.#readers.add(response);
      response.on("close", () => this.#readers.delete(response));
    });
    server.on("GET /events/page", (seen) => {
      const after = place(seen.query.get("after"));
      const items = this.events
        .filter((event) => event.position > after)
        .map(({ position, body }) => ({ ...(body as object), position: token(position) }));
      return { body: { items, next: token(Math.max(after, this.position)), reset: false } };
    });
  }

  get position(): number {
    return this.events.at(-1)?.position ?? 0;
  }

  get readers(): number {
    return this.#readers.size;
  }

  publish(type: string, data: unknown): void {
    const position = this.position + 1;
    const event = { position, type, body: { id: String(position), type, data } };
    this.events.push(event);
    for (const reader of this.#readers) this.#send(reader, event);
  }

  /** Text that goes to every open stream as it is. */
  write(text: string): void {
    for (const reader of this.#readers) reader.write(text);
  }

  /** Ends every open stream. */
  drop(): void {
    for (const reader of this.#readers) reader.destroy();
  }

  #send(reader: ServerResponse, event: { position: number; type: string; body: unknown }): void {
    reader.write(`id: ${token(event.position)}\nevent: ${event.type}\ndata: ${JSON.stringify(event.body)}\n\n`);
  }
}
