import "@fontsource-variable/inter";
import "./styles/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { followAppearance } from "./features/accounts/appearance";
import { locale } from "./i18n/index";
import { useValue } from "./store/hooks";
import { start } from "./sync/start";

/** Sentences are read while rendering, so another language is another tree. */
function Root() {
  return <App key={useValue(locale)} />;
}

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");

void start();
await followAppearance();
createRoot(root).render(
  <StrictMode>
    <Root />
  </StrictMode>,
);
