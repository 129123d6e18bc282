import { activateLocale, chooseLocale } from "../../i18n/index";
import { setProduct } from "../../lib/title";
import { server, settings } from "./store";

/** Where the last choice waits for the next visit: before the settings arrive, this decides. */
const KEY = "confab.appearance";

interface Appearance {
  theme: string;
  density: string;
  language: string;
}

/**
 * Keeps `<html data-theme data-density lang dir>` in step with the settings. Resolves once the
 * right language is on, so that nothing is drawn in the wrong one.
 */
export async function followAppearance(): Promise<void> {
  const last = recall();
  if (last) show(last);
  settings.watch(() => {
    const { theme, density, language } = settings.get();
    remember({ theme, density, language });
    show({ theme, density, language });
    // Without the new sentences the old language stays; the next visit tries again.
    activateLocale(chooseLocale(language)).catch(() => undefined);
  });
  server.watch(() => setProduct(server.get().name));
  await activateLocale(chooseLocale(last?.language ?? "")).catch(() => activateLocale("en"));
}

function show({ theme, density }: Appearance): void {
  document.documentElement.dataset["theme"] = theme;
  document.documentElement.dataset["density"] = density;
}

function recall(): Appearance | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") as Appearance | null;
  } catch {
    return null;
  }
}

function remember(appearance: Appearance): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(appearance));
  } catch {
    // Storage is refused: the choice still holds for this visit.
  }
}
