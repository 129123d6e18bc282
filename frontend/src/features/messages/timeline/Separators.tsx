import { Hash, MessagesSquare } from "lucide-react";
import type { RoomKind, Time } from "../../../api/types";
import { formatDay, t } from "../../../i18n";
import styles from "./Timeline.module.css";

export function DaySeparator({ at }: { at: Time }) {
  const day = formatDay(at);
  return (
    <div role="separator" aria-label={day} className={styles.day}>
      <time dateTime={at.slice(0, 10)}>{day}</time>
    </div>
  );
}

export function UnreadDivider() {
  return (
    <div role="separator" aria-label={t("New messages")} className={styles.unread}>
      <span>{t("New")}</span>
    </div>
  );
}

/** What stands before the first message of a room. */
export function RoomStart({ title, kind, empty = false }: { title: string; kind: RoomKind; empty?: boolean }) {
  const Sign = kind === "channel" ? Hash : MessagesSquare;
  return (
    <div className={styles.start}>
      <span className={styles.startSign} aria-hidden>
        <Sign size={24} />
      </span>
      <h2>{title}</h2>
      <p>
        {kind === "direct"
          ? t("This is the beginning of your conversation with {name}.", { name: title })
          : t("This is the beginning of {room}.", { room: title })}{" "}
        {empty && t("Nothing has been written yet: the first word is yours.")}
      </p>
    </div>
  );
}
