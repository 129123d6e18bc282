import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const root = resolve(import.meta.dirname, "../..");

/** The program that runs a whole server: database, API and worker. */
const program = resolve(root, process.env["CONFAB_BINARY"] ?? "../build/gcc/ops/ctl/confab");

const START_MS = 60_000;

/** A server of a test's own, on a free port and in a folder that goes with it. */
export class Instance {
  private constructor(
    readonly url: string,
    private readonly supervisor: ChildProcess,
    private readonly data: string,
  ) {}

  /** Starts one with these settings beside the usual ones. Rejects when it does not come up. */
  static async start(settings: Record<string, string> = {}): Promise<Instance> {
    if (!existsSync(program)) throw new Error(`${program} is not there: build it, or set CONFAB_BINARY`);
    const data = mkdtempSync(join(tmpdir(), "confab-e2e-"));
    const supervisor = spawn(program, ["run"], {
      env: {
        ...withoutSettings(process.env),
        CONFAB_DATA: data,
        CONFAB_PORT: "0",
        CONFAB_RATE_LIMITS: "off",
        CONFAB_FRONTEND: process.env["CONFAB_FRONTEND"] ?? join(root, "dist"),
        ...settings,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      return new Instance(await address(supervisor), supervisor, data);
    } catch (error) {
      await end(supervisor);
      rmSync(data, { recursive: true, force: true });
      throw error;
    }
  }

  /** Kills the API the hard way; the supervisor starts it again. */
  killApi(): void {
    const pid = this.#childCalled("confab-api");
    if (pid === undefined) throw new Error("no API process runs");
    process.kill(pid, "SIGKILL");
  }

  async stop(): Promise<void> {
    await end(this.supervisor);
    rmSync(this.data, { recursive: true, force: true });
  }

  #childCalled(name: string): number | undefined {
    const parent = this.supervisor.pid;
    if (parent === undefined) return undefined;
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim().split(" ");
    return children.map(Number).find((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim() === name);
  }
}

/** The server refuses settings that it does not know, and those of another server are not for this one. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("CONFAB_")));
}

/** Waits for the line that says where the server is. */
function address(supervisor: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    const patience = setTimeout(() => failed(new Error("the server did not come up in time")), START_MS);
    const settle = (act: () => void) => {
      clearTimeout(patience);
      act();
    };
    supervisor.once("error", (error) => settle(() => failed(error)));
    supervisor.once("exit", (code) => settle(() => failed(new Error(`the server ended with ${code}`))));
    if (!supervisor.stdout) return;
    createInterface(supervisor.stdout).on("line", (line) => {
      const url = /ready at (\S+)/u.exec(line)?.[1];
      if (url) settle(() => found(url));
    });
  });
}

function end(supervisor: ChildProcess): Promise<void> {
  if (supervisor.exitCode !== null || supervisor.signalCode !== null) return Promise.resolve();
  return new Promise((ended) => {
    supervisor.once("exit", () => ended());
    supervisor.kill("SIGTERM");
  });
}
