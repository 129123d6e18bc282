import { type BrowserContext, type BrowserContextOptions, type Page, test as base } from "@playwright/test";
import { Person } from "./api.js";
import { Instance } from "./instance.js";
import { Contract, Recorder } from "./recorder.js";

interface Given {
  recorder: Recorder;
  /** Registers a person on the shared server. */
  person(name: string): Promise<Person>;
  open(server: string, options: BrowserContextOptions): Promise<BrowserContext>;
  /** Opens a browser of its own where this person is signed in. */
  visit(person: Person, path?: string, options?: BrowserContextOptions): Promise<Page>;
  /** Opens a browser where nobody is signed in. */
  visitSignedOut(server: string, path?: string, options?: BrowserContextOptions): Promise<Page>;
  /** Starts a server for this test alone. */
  instance(settings?: Record<string, string>): Promise<Instance>;
}

/** Tests whose every browser is watched: see Recorder. */
export const test = base.extend<Given, { server: string; contract: Contract }>({
  server: [
    async ({}, use) => {
      const url = process.env["CONFAB_URL"];
      if (!url) throw new Error("CONFAB_URL does not say where the server is");
      await use(url);
    },
    { scope: "worker" },
  ],
  contract: [async ({ server }, use) => use(await Contract.of(server)), { scope: "worker" }],

  recorder: async ({ contract }, use) => {
    const recorder = new Recorder(contract);
    await use(recorder);
    await recorder.expectNothingWrong();
  },

  person: async ({ server }, use) => use((name) => Person.register(server, name)),

  // Depends on `instance` so that browsers close before the servers they look at.
  open: async ({ browser, recorder, instance: _ }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (server, options) => {
      const context = await browser.newContext({ ...options, baseURL: server });
      opened.push(context);
      await recorder.watch(context, server);
      return context;
    });
    await Promise.all(opened.map((context) => context.close()));
  },

  visitSignedOut: async ({ open }, use) => {
    await use(async (server, path = "/", options = {}) => {
      const page = await (await open(server, options)).newPage();
      await page.goto(path);
      return page;
    });
  },

  visit: async ({ open }, use) => {
    await use(async (person, path = "/", options = {}) => {
      const context = await open(person.server, options);
      const page = await context.newPage();
      // Playwright's own addCookies cannot make a cookie whose name begins with __Host-.
      const devtools = await context.newCDPSession(page);
      const cookie = { ...person.cookie, url: person.server, path: "/", secure: true, httpOnly: true } as const;
      await devtools.send("Network.setCookie", cookie);
      await page.goto(path);
      return page;
    });
  },

  instance: async ({}, use) => {
    const started: Instance[] = [];
    await use(async (settings) => {
      const instance = await Instance.start(settings);
      started.push(instance);
      return instance;
    });
    await Promise.all(started.map((instance) => instance.stop()));
  },
});

export { expect } from "@playwright/test";
