import { Compass, Keyboard, Search, Settings } from "lucide-react";
import type { ReactElement } from "react";
import { Link, useLocation } from "wouter";
import { t } from "../i18n";
import { isMac } from "../lib/platform";
import { IconButton } from "../ui/IconButton";
import { Mark } from "../ui/Mark";
import { Tooltip } from "../ui/Tooltip";
import { openOverlay } from "./overlay";
import styles from "./Shell.module.css";

/** The outermost column: the places that are not a room. On a phone, the bar at the bottom. */
export function Rail() {
  const [path] = useLocation();
  return (
    <nav className={styles.rail} aria-label={t("Main")}>
      <RailLink to="/" label={t("Home")} current={path === "/"} brand>
        <Mark />
      </RailLink>
      <RailLink to="/discover" label={t("Find rooms")} current={path === "/discover"}>
        <Compass size={22} aria-hidden />
      </RailLink>
      <IconButton
        tone="rail"
        label={t("Go to…")}
        keys={isMac ? "⌘K" : "Ctrl+K"}
        tooltip="right"
        onClick={() => openOverlay({ kind: "palette" })}
      >
        <Search size={21} aria-hidden />
      </IconButton>
      <span className={styles.gap} />
      <IconButton
        tone="rail"
        label={t("Keyboard shortcuts")}
        keys={isMac ? "⌘/" : "Ctrl+/"}
        tooltip="right"
        className={styles.wideOnly}
        onClick={() => openOverlay({ kind: "shortcuts" })}
      >
        <Keyboard size={21} aria-hidden />
      </IconButton>
      <RailLink to="/settings/profile" label={t("Settings")} current={path.startsWith("/settings")}>
        <Settings size={21} aria-hidden />
      </RailLink>
    </nav>
  );
}

function RailLink(props: { to: string; label: string; current: boolean; brand?: boolean; children: ReactElement }) {
  return (
    <Tooltip label={props.label} side="right">
      <Link
        href={props.to}
        aria-label={props.label}
        aria-current={props.current ? "page" : undefined}
        className={props.brand ? styles.brand : styles.railLink}
      >
        {props.children}
      </Link>
    </Tooltip>
  );
}
