import { Compass, MessageCirclePlus, Plus } from "lucide-react";
import { useEffect } from "react";
import { Link, useLocation } from "wouter";
import type { Id, RoomKind } from "../api/types";
import { myself } from "../features/accounts/store";
import { RoomIcon } from "../features/rooms/RoomIcon";
import { rooms, titleOf } from "../features/rooms/store";
import { formatRelative, t } from "../i18n";
import { setTitle } from "../lib/title";
import { useRow, useSource, useTable, useValue } from "../store/hooks";
import { Badge } from "../ui/Badge";
import { openOverlay } from "./overlay";
import styles from "./HomeScreen.module.css";
import shell from "./Shell.module.css";

/** How many rooms "catch up" offers. */
const MOST = 8;

/** Where one arrives: what is new, and what one could do next. */
export function HomeScreen() {
  const me = useValue(myself);
  const [, navigate] = useLocation();
  useEffect(() => setTitle(t("Home")), []);
  const unread = useTable(rooms, (table) =>
    [...table.values()]
      .filter((room) => room.unread_count > 0 && room.archived_at === null && room.notifications !== "nothing")
      .sort((a, b) => (b.last_message_at ?? "").localeCompare(a.last_message_at ?? ""))
      .slice(0, MOST)
      .map((room) => room.id),
  );
  const alone = useTable(rooms, (table) => table.size === 0);
  const name = me?.display_name || me?.username || "";
  const make = (roomKind: RoomKind) => openOverlay({ kind: "newRoom", roomKind });

  return (
    <main id="main" className={shell.main} tabIndex={-1}>
      <div className={shell.page}>
        <div className={styles.column}>
          <header>
            <h1 className={styles.title}>{greeting(name)}</h1>
            <p className={styles.text}>
              {alone
                ? t("Nothing is going on yet. Here are three ways to change that.")
                : unread.length > 0
                  ? t("Here is what happened while you were away.")
                  : t("You are all caught up.")}
            </p>
          </header>
          {unread.length > 0 && (
            <section aria-labelledby="catch-up">
              <h2 id="catch-up" className={styles.heading}>
                {t("Catch up")}
              </h2>
              <ul className={styles.rooms}>
                {unread.map((id) => (
                  <UnreadRoom key={id} id={id} />
                ))}
              </ul>
            </section>
          )}
          <section aria-labelledby="begin">
            <h2 id="begin" className={styles.heading}>
              {t("Begin something")}
            </h2>
            <div className={styles.cards}>
              <button type="button" className={styles.card} onClick={() => make("direct")}>
                <MessageCirclePlus size={22} aria-hidden />
                <strong>{t("Message someone")}</strong>
                <span>{t("Talk with one person, just the two of you.")}</span>
              </button>
              <button type="button" className={styles.card} onClick={() => navigate("/discover")}>
                <Compass size={22} aria-hidden />
                <strong>{t("Find a room")}</strong>
                <span>{t("See what others talk about, and join in.")}</span>
              </button>
              <button type="button" className={styles.card} onClick={() => make("channel")}>
                <Plus size={22} aria-hidden />
                <strong>{t("Create a room")}</strong>
                <span>{t("Open a place for a subject or a team.")}</span>
              </button>
            </div>
          </section>
        </div>
      </div>
    </main>
  );
}

function greeting(name: string): string {
  const hour = new Date().getHours();
  if (hour < 5) return t("Good night, {name}", { name });
  if (hour < 12) return t("Good morning, {name}", { name });
  if (hour < 18) return t("Good afternoon, {name}", { name });
  return t("Good evening, {name}", { name });
}

function UnreadRoom({ id }: { id: Id }) {
  const room = useRow(rooms, id);
  const title = useSource(titleOf(id));
  if (!room) return null;
  const count = room.unread_count;
  return (
    <li>
      <Link href={`/r/${id}`} className={styles.room}>
        <RoomIcon room={room} />
        <span className={styles.name}>{title}</span>
        {room.last_message_at && <time dateTime={room.last_message_at}>{formatRelative(room.last_message_at)}</time>}
        <Badge
          count={count}
          label={t("{count, plural, one {# unread message} other {# unread messages}}", { count })}
          tone={room.mention_count > 0 || room.kind === "direct" ? "strong" : "soft"}
        />
      </Link>
    </li>
  );
}
