import { type BrowserContext, type Response as Reply, expect } from "@playwright/test";
import { type Schema, faults } from "./schema.js";

interface Answer {
  content?: Record<string, { schema: Schema }>;
  "x-codes"?: string[];
}

interface Document {
  servers: { url: string }[];
  paths: Record<string, Record<string, { parameters?: { in: string; name: string }[]; responses?: Record<string, Answer> }>>;
  components: { schemas: Record<string, Schema> };
  "x-events": Record<string, { data: Schema }>;
}

interface Operation {
  method: string;
  path: RegExp;
  query: Set<string>;
  responses: Record<string, Answer>;
}

/** What the published OpenAPI document allows a client to ask, and promises it to get. */
export class Contract {
  private constructor(
    private readonly operations: Operation[],
    private readonly document: Document,
  ) {}

  static async of(server: string): Promise<Contract> {
    const document = (await (await fetch(`${server}/api/v1/openapi.json`)).json()) as Document;
    const base = document.servers[0]?.url ?? "";
    const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
      Object.entries(methods).map(([method, { parameters = [], responses = {} }]) => ({
        method: method.toUpperCase(),
        path: new RegExp(`^${base}${template.replace(/\{\w+\}/gu, "[^/]+")}$`, "u"),
        query: new Set(parameters.filter((one) => one.in === "query").map((one) => one.name)),
        responses,
      })),
    );
    // A literal segment goes before a parameter.
    operations.sort((one, other) => parameters(one) - parameters(other));
    return new Contract(operations, document);
  }

  /** Why a request is not in the document, or nothing. */
  complaint(method: string, url: URL): string | undefined {
    const operation = this.#find(method, url);
    if (!operation) return `${method} ${url.pathname} is not in the API's document`;
    const unknown = [...url.searchParams.keys()].filter((name) => !operation.query.has(name));
    return unknown.length > 0 ? `${method} ${url.pathname} has no parameter ${unknown.join(", ")}` : undefined;
  }

  /** What of a reply is not in the document: its status, its media type, or its body. */
  complaints(method: string, url: URL, status: number, mediaType: string, body: string): string[] {
    const answer = this.#find(method, url)?.responses[status];
    if (!answer) return [`status ${status}`];
    if (!answer.content) return body === "" ? [] : ["a body"];
    const schema = answer.content[mediaType]?.schema;
    if (!schema) return [`media type ${mediaType}`];
    if (!mediaType.endsWith("json")) return [];
    const value = JSON.parse(body) as { code?: string };
    const found = faults(value, schema, this.document.components.schemas);
    const { "x-codes": codes } = answer;
    return codes && !codes.includes(value.code ?? "") ? [...found, `code ${value.code}`] : found;
  }

  /** What of an event of a stream is not in the document. */
  complaintsOfEvent(type: string, text: string): string[] {
    const { schemas } = this.document.components;
    const schema = this.document["x-events"][type]?.data;
    const value = JSON.parse(text) as { data?: unknown };
    // These speak of the stream itself, and come as they are.
    const data = type === "hello" || type === "reset" ? value : value.data;
    return schema ? faults(data, schema, schemas) : ["its type"];
  }

  #find(method: string, url: URL): Operation | undefined {
    return this.operations.find((one) => one.method === method && one.path.test(url.pathname));
  }
}

function parameters({ path }: Operation): number {
  return path.source.split("[^/]+").length;
}

/** A page that is not signed in asks who is there and hears: nobody. */
const USUAL_REFUSAL = "401 GET /api/v1/bootstrap";

/**
 * Watches all that the pages of a test do: calls that the API's document does not have, hosts
 * that are not ours, refusals, lost requests, errors on the console, violations of the page's policy.
 */
export class Recorder {
  #findings: string[] = [];
  #expected: RegExp[] = [];
  #lossy = false;
  readonly #reading: Promise<void>[] = [];
  /** `METHOD /path` of all calls so far. */
  readonly calls: string[] = [];
  /** The types of all events so far. */
  readonly heard: string[] = [];

  constructor(private readonly contract: Contract) {}

  /** A refusal like `401 POST /api/v1/sessions` belongs to the test. */
  expectRefusal(line: RegExp): void {
    this.#expected.push(line);
  }

  /** Connections will break in this test. */
  expectLosses(): void {
    this.#lossy = true;
  }

  async watch(context: BrowserContext, server: string): Promise<void> {
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`violates ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
      });
    });
    await context.exposeBinding("confabHears", (_, type: string, text: string) => this.#heard(type, text));
    await context.addInitScript(() => {
      const plain = window.fetch;
      const { confabHears } = window as unknown as { confabHears(type: string, text: string): void };
      const listen = async (copy: Response) => {
        const reader = copy.body?.pipeThrough(new TextDecoderStream()).getReader();
        let rest = "";
        for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
          const blocks = (rest + part.value).split("\n\n");
          rest = blocks.pop() ?? "";
          for (const block of blocks) {
            const of = (name: string) => new RegExp(`^${name}: (.*)$`, "mu").exec(block)?.[1];
            const type = of("event");
            if (type) confabHears(type, of("data") ?? "");
          }
        }
      };
      window.fetch = async (...asked) => {
        const response = await plain(...asked);
        if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
          listen(response.clone()).catch(() => undefined); // a stream may break at any place
        }
        return response;
      };
    });
    context.on("request", (request) => this.#asked(request.method(), new URL(request.url()), new URL(server)));
    context.on("response", (response) => {
      this.#reading.push(this.#answered(response, new URL(server)));
      if (response.status() < 400) return;
      const line = `${response.status()} ${response.request().method()} ${new URL(response.url()).pathname}`;
      if (line !== USUAL_REFUSAL && !this.#expected.some((one) => one.test(line))) this.#findings.push(line);
    });
    context.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      // A page that goes away, or a newer request, ends the old one.
      if (!this.#lossy && why !== "net::ERR_ABORTED") this.#findings.push(`${request.url()}: ${why}`);
    });
    context.on("console", (message) => {
      // Each refusal and loss is judged above; the browser repeats it here.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        this.#findings.push(`console: ${message.text()}`);
      }
    });
    context.on("weberror", (error) => this.#findings.push(`thrown: ${error.error().stack ?? error.error().message}`));
  }

  async expectNothingWrong(): Promise<void> {
    await Promise.all(this.#reading);
    expect([...new Set(this.#findings)], "what the browser did and the server does not promise").toEqual([]);
  }

  #asked(method: string, url: URL, server: URL): void {
    if (url.protocol === "blob:" || url.protocol === "data:") return;
    if (url.origin !== server.origin) {
      this.#findings.push(`asks a foreign host: ${url.href}`);
    } else if (url.pathname.startsWith("/api/")) {
      this.calls.push(`${method} ${url.pathname}`);
      const complaint = this.contract.complaint(method, url);
      if (complaint) this.#findings.push(complaint);
    }
  }

  /** Judges what came back. Of a stream there is no end to wait for; its events are heard one by one. */
  async #answered(response: Reply, server: URL): Promise<void> {
    const url = new URL(response.url());
    const method = response.request().method();
    const mediaType = (response.headers()["content-type"] ?? "").split(";")[0] ?? "";
    if (url.origin !== server.origin || !url.pathname.startsWith("/api/v1/")) return;
    let body = "";
    if (mediaType.endsWith("json")) {
      try {
        body = await response.text();
      } catch {
        return; // the page went away before its body came
      }
    }
    for (const fault of this.contract.complaints(method, url, response.status(), mediaType, body)) {
      this.#findings.push(`reply to ${method} ${url.pathname} not in the document: ${fault}`);
    }
  }

  #heard(type: string, text: string): void {
    this.heard.push(type);
    for (const fault of this.contract.complaintsOfEvent(type, text)) {
      this.#findings.push(`event ${type} not in the document: ${fault}`);
    }
  }
}
