import { Plus } from "lucide-react";
import { memo, type ReactNode, useEffect, useRef } from "react";
import { Link, useRoute } from "wouter";
import type { Id } from "../../api/types";
import { openOverlay } from "../../app/overlay";
import { t } from "../../i18n";
import { useRow, useSource } from "../../store/hooks";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { IconButton } from "../../ui/IconButton";
import { cx } from "../../ui/cx";
import { need } from "../people/commands";
import { RoomIcon } from "./RoomIcon";
import styles from "./RoomList.module.css";
import { roomSections, rooms, titleOf } from "./store";

/** The sidebar's rooms, by section. */
export function RoomList() {
  const { channels, groups, directs } = useSource(roomSections);
  const [, here] = useRoute<{ room: string; seq?: string }>("/r/:room/:seq?");
  const none = channels.length + groups.length + directs.length === 0;

  return (
    <nav className={styles.list} aria-label={t("Rooms")}>
      {none && (
        <div className={styles.none}>
          <p>{t("You are not in a room yet.")}</p>
          <Link href="/discover">{t("See which rooms there are")}</Link>
          <Button size="small" onClick={() => openOverlay({ kind: "newRoom", roomKind: "direct" })}>
            {t("Message someone")}
          </Button>
        </div>
      )}
      <Section title={t("Channels")} ids={channels} here={here?.room} />
      <Section title={t("Groups")} ids={groups} here={here?.room} />
      <Section title={t("Direct messages")} ids={directs} here={here?.room} always={!none}>
        <IconButton
          size="small"
          label={t("Message someone")}
          onClick={() => openOverlay({ kind: "newRoom", roomKind: "direct" })}
        >
          <Plus size={16} aria-hidden />
        </IconButton>
      </Section>
    </nav>
  );
}

interface SectionProps {
  title: string;
  ids: Id[];
  here: Id | undefined;
  /** Stands also while it is empty. */
  always?: boolean;
  children?: ReactNode;
}

function Section({ title, ids, here, always = false, children }: SectionProps) {
  if (ids.length === 0 && !always) return null;
  return (
    <section className={styles.section} aria-label={title}>
      <header className={styles.head}>
        <h2>{title}</h2>
        {children}
      </header>
      <ul>
        {ids.map((id) => (
          <li key={id}>
            <RoomLink room_id={id} current={id === here} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const RoomLink = memo(function RoomLink({ room_id, current }: { room_id: Id; current: boolean }) {
  const room = useRow(rooms, room_id);
  const title = useSource(titleOf(room_id));
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (current) link.current?.scrollIntoView({ block: "nearest" });
  }, [current]);
  const member_ids = room?.member_ids;
  useEffect(() => {
    // A conversation is called by its people; one that just appeared may be with strangers.
    if (member_ids) need(member_ids);
  }, [member_ids]);
  if (!room) return null;

  const quiet = room.notifications === "nothing";
  const count = room.unread_count;
  return (
    <Link
      ref={link}
      href={`/r/${room_id}`}
      aria-current={current ? "page" : undefined}
      className={cx(styles.link, count > 0 && !quiet && styles.unread, quiet && styles.quiet)}
    >
      <RoomIcon room={room} />
      <span className={styles.name}>{title}</span>
      <Badge
        count={count}
        label={t("{count, plural, one {# unread message} other {# unread messages}}", { count })}
        tone={room.mention_count > 0 || room.kind === "direct" ? "strong" : "soft"}
      />
    </Link>
  );
});
