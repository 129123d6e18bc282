/// <reference types="vite/client" />

/** The sentences of one language, compiled at build from src/i18n/catalogs. */
declare module "virtual:messages/*" {
  import type { Messages } from "@lingui/core";
  const messages: Messages;
  export default messages;
}
