import { type BrowserContext, expect } from "@playwright/test";

interface Document {
  servers: { url: string }[];
  paths: Record<string, Record<string, { parameters?: { in: string; name: string }[] }>>;
}

interface Operation {
  method: string;
  path: RegExp;
  query: Set<string>;
}

/** What the published OpenAPI document allows a client to ask. */
export class Contract {
  private constructor(private readonly operations: Operation[]) {}

  static async of(server: string): Promise<Contract> {
    const document = (await (await fetch(`${server}/api/v1/openapi.json`)).json()) as Document;
    const base = document.servers[0]?.url ?? "";
    const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
      Object.entries(methods).map(([method, { parameters = [] }]) => ({
        method: method.toUpperCase(),
        path: new RegExp(`^${base}${template.replace(/\{\w+\}/gu, "[^/]+")}$`, "u"),
        query: new Set(parameters.filter((one) => one.in === "query").map((one) => one.name)),
      })),
    );
    return new Contract(operations);
  }

  /** Why a request is not in the document, or nothing. */
  complaint(method: string, url: URL): string | undefined {
    const operation = this.operations.find((one) => one.method === method && one.path.test(url.pathname));
    if (!operation) return `${method} ${url.pathname} is not in the API's document`;
    const unknown = [...url.searchParams.keys()].filter((name) => !operation.query.has(name));
    return unknown.length > 0 ? `${method} ${url.pathname} has no parameter ${unknown.join(", ")}` : undefined;
  }
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
  /** `METHOD /path` of all calls so far. */
  readonly calls: string[] = [];

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
    context.on("request", (request) => this.#asked(request.method(), new URL(request.url()), new URL(server)));
    context.on("response", (response) => {
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

  expectNothingWrong(): void {
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
}
