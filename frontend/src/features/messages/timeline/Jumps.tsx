import { ArrowDown, ArrowUp, X } from "lucide-react";
import type { Id } from "../../../api/types";
import { t } from "../../../i18n";
import { useRow, useValue } from "../../../store/hooks";
import { Badge } from "../../../ui/Badge";
import { IconButton } from "../../../ui/IconButton";
import { markRoomRead } from "../../reads/commands";
import { rooms } from "../../rooms/store";
import type { Scroll } from "./Scroll";
import styles from "./Timeline.module.css";
import type { RoomWindow, TimelineView } from "./Window";
import type { Row } from "./rows";

interface JumpToUnreadProps {
  scroll: Scroll;
  view: TimelineView;
  rows: readonly Row[];
  roomWindow: RoomWindow;
  room_id: Id;
}

/** Leads up to the first unread message while that is above the screen and there is something unread. */
export function JumpToUnread({ scroll, view, rows, roomWindow, room_id }: JumpToUnreadProps) {
  const first = useValue(scroll.firstVisible);
  const count = useRow(rooms, room_id)?.unread_count ?? 0;
  if (view.unreadAfter === null || count === 0) return null;
  const index = rows.findIndex((row) => row.unread);
  // Not among the rows: it was not loaded yet, so it is further up.
  if (index >= first) return null;
  return (
    <div className={styles.unreadBar}>
      <button type="button" className={styles.toUnread} onClick={() => void roomWindow.jumpToUnread()}>
        <ArrowUp size={16} aria-hidden />
        {t("Jump to unread")}
      </button>
      <IconButton size="small" label={t("Mark as read")} onClick={() => markRoomRead(room_id)}>
        <X size={16} aria-hidden />
      </IconButton>
    </div>
  );
}

interface JumpToNewestProps {
  scroll: Scroll;
  view: TimelineView;
  room_id: Id;
  onJump(): void;
}

/** Leads down to the newest message while it is out of sight. */
export function JumpToNewest({ scroll, view, room_id, onJump }: JumpToNewestProps) {
  const atEnd = useValue(scroll.atEnd);
  const count = useRow(rooms, room_id)?.unread_count ?? 0;
  if (atEnd && !view.hasNewer) return null;
  return (
    <button type="button" className={styles.toNewest} onClick={onJump}>
      <ArrowDown size={16} aria-hidden />
      {t("Jump to newest")}
      <Badge
        count={count}
        label={t("{count, plural, one {# unread message} other {# unread messages}}", { count })}
      />
    </button>
  );
}
