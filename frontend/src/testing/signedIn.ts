import { afterEach, beforeEach } from "vitest";
import { backend } from "../api/client";
import { setAccount } from "../features/accounts/store";
import { persist } from "../store/persist";
import { forgetAll } from "../sync/snapshot";
import { meAs } from "./rows";
import { TestServer } from "./server";

/** Before each test: empty tables, person 1 signed in, a fresh test server behind the client. */
export function asPersonOne(): { server: TestServer } {
  const held = {} as { server: TestServer };
  beforeEach(async () => {
    held.server = await TestServer.start();
    backend.base = held.server.base;
    forgetAll();
    setAccount({ state: "signedIn", me: meAs("1"), session: null });
  });
  afterEach(async () => {
    await held.server.stop();
    await persist.wipe();
  });
  return held;
}
