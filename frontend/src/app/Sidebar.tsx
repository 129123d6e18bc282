import { LogOut, Plus } from "lucide-react";
import { Link, useLocation } from "wouter";
import { myself, server } from "../features/accounts/store";
import { Presence } from "../features/people/Presence";
import { RoomList } from "../features/rooms/RoomList";
import { t } from "../i18n";
import { useValue } from "../store/hooks";
import { Avatar } from "../ui/Avatar";
import { IconButton } from "../ui/IconButton";
import { PHONE, useMedia } from "../ui/useMedia";
import { leave } from "./leave";
import { openOverlay } from "./overlay";
import shell from "./Shell.module.css";
import styles from "./Sidebar.module.css";

/** My rooms, and me at the foot. */
export function Sidebar() {
  const { name } = useValue(server);
  const [path] = useLocation();
  // On a phone the list of rooms is the home page.
  const isPage = useMedia(PHONE) && path === "/";
  const Root = isPage ? "main" : "div";
  const Name = isPage ? "h1" : "span";
  return (
    <Root id={isPage ? "main" : undefined} tabIndex={isPage ? -1 : undefined} className={shell.sidebar}>
      <header className={shell.sidebarHead}>
        <Name className={shell.serverName}>{name}</Name>
        <IconButton label={t("New room")} onClick={() => openOverlay({ kind: "newRoom", roomKind: "channel" })}>
          <Plus size={20} aria-hidden />
        </IconButton>
      </header>
      <RoomList />
      <MyPanel />
    </Root>
  );
}

function MyPanel() {
  const me = useValue(myself);
  if (!me) return null;

  return (
    <footer className={styles.me} aria-label={t("You")}>
      <Link href="/settings/profile" className={styles.name}>
        <Avatar id={me.id} name={me.display_name || me.username} size="row" />
        <span className={styles.words}>
          <span className={styles.display}>{me.display_name || me.username}</span>
          <Presence user_id={me.id} />
        </span>
      </Link>
      <IconButton label={t("Sign out")} tooltip="top" onClick={leave}>
        <LogOut size={18} aria-hidden />
      </IconButton>
    </footer>
  );
}
