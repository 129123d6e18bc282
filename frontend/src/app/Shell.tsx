import { lazy, Suspense, useEffect } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { HomeScreen } from "./HomeScreen";
import { RoomScreen } from "../features/rooms/RoomScreen";
import { t } from "../i18n";
import { ConnectionBanner } from "./ConnectionBanner";
import { ErrorBoundary } from "./ErrorBoundary";
import { NotFound } from "./NotFound";
import { Overlays } from "./Overlays";
import { Rail } from "./Rail";
import styles from "./Shell.module.css";
import { Sidebar } from "./Sidebar";
import { installKeys } from "./keys";
import { Skeleton } from "../ui/Skeleton";
import { PHONE, useMedia } from "../ui/useMedia";

const SettingsScreen = lazy(() => import("../features/accounts/SettingsScreen"));
const DiscoverScreen = lazy(() => import("../features/rooms/DiscoverScreen"));

/** Which of the columns a phone shows for a path. */
function columnOf(path: string): "home" | "settings" | "page" {
  if (path === "/") return "home";
  return path.startsWith("/settings") ? "settings" : "page";
}

export function Shell() {
  const [path, navigate] = useLocation();
  const phone = useMedia(PHONE);
  useEffect(() => installKeys(navigate), [navigate]);

  return (
    <div className={styles.frame}>
      <a href="#main" className={styles.skip} onClick={focusMain}>
        {t("Skip to content")}
      </a>
      <ConnectionBanner />
      <div className={styles.shell} data-at={columnOf(path)}>
        <Rail />
        <Sidebar />
        <ErrorBoundary resetKey={path}>
          <Suspense fallback={<main className={styles.main}><Skeleton rows={6} shape="line" /></main>}>
            <Switch>
              <Route path="/">
                {phone ? null : <HomeScreen />}
              </Route>
              <Route path="/r/:room/:seq?">
                {({ room, seq }) => <RoomScreen key={room} room_id={room} seq={seq ? Number(seq) : null} />}
              </Route>
              <Route path="/discover">
                <DiscoverScreen />
              </Route>
              <Route path="/settings">
                <Redirect to="/settings/profile" replace />
              </Route>
              <Route path="/settings/:section">{({ section }) => <SettingsScreen section={section} />}</Route>
              <Route>
                <NotFound />
              </Route>
            </Switch>
            <FocusMain key={path} />
          </Suspense>
        </ErrorBoundary>
      </div>
      <Overlays />
    </div>
  );
}

/** After going to another page the focus is on it, not on the link that is left behind. */
function FocusMain() {
  useEffect(() => {
    const main = document.getElementById("main");
    if (main && !main.contains(document.activeElement)) main.focus({ preventScroll: true });
  }, []);
  return null;
}

function focusMain(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
