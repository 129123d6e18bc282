import { Person } from "./api.js";
import { Instance } from "./instance.js";

/** Sees to a server at CONFAB_URL that somebody owns, so that tests find it like people do. */
export default async function prepare(): Promise<() => Promise<void>> {
  let own: Instance | undefined;
  if (!process.env["CONFAB_URL"]) {
    own = await Instance.start();
    process.env["CONFAB_URL"] = own.url;
  }
  await Person.register(process.env["CONFAB_URL"] ?? "", "Olga Owner");
  return async () => own?.stop();
}
