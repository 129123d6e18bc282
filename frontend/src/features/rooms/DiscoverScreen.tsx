import { ArrowLeft, Compass, Hash, LogIn, Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import type { DiscoveredRoom } from "../../api/types";
import { openOverlay } from "../../app/overlay";
import shell from "../../app/Shell.module.css";
import { t } from "../../i18n";
import { errorText } from "../../i18n/errors";
import { setTitle } from "../../lib/title";
import { useRow } from "../../store/hooks";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { IconButton } from "../../ui/IconButton";
import { Skeleton } from "../../ui/Skeleton";
import { TextField } from "../../ui/TextField";
import { toast } from "../../ui/toast";
import { useSubmit } from "../../ui/useSubmit";
import styles from "./DiscoverScreen.module.css";
import { discoverRooms, joinRoom } from "./commands";
import { rooms } from "./store";

const TYPING_PAUSE_MS = 180;

interface Found {
  state: "loading" | "ready" | "failed";
  items: DiscoveredRoom[];
  next: string | null;
}

/** The public channels of this server, to look at and to join. */
export default function DiscoverScreen() {
  const [, navigate] = useLocation();
  const [q, setQ] = useState("");
  const [found, setFound] = useState<Found>({ state: "loading", items: [], next: null });
  const first = useRef(true);
  useEffect(() => setTitle(t("Find rooms")), []);

  useEffect(() => {
    const stop = new AbortController();
    const pause = first.current ? 0 : TYPING_PAUSE_MS;
    first.current = false;
    const timer = setTimeout(() => {
      discoverRooms(q.trim(), null, stop.signal).then(
        ({ items, next }) => setFound({ state: "ready", items, next }),
        () => !stop.signal.aborted && setFound({ state: "failed", items: [], next: null }),
      );
    }, pause);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [q]);

  const more = useSubmit(async () => {
    const page = await discoverRooms(q.trim(), found.next);
    setFound({ state: "ready", items: [...found.items, ...page.items], next: page.next });
  });

  return (
    <main id="main" className={shell.main} tabIndex={-1}>
      <header className={shell.pageHead}>
        <IconButton label={t("Back")} tooltip="none" className={shell.back} onClick={() => navigate("/")}>
          <ArrowLeft size={20} aria-hidden />
        </IconButton>
        <h1>{t("Find rooms")}</h1>
      </header>
      <div className={shell.page}>
        <div className={styles.column}>
          <TextField
            label={t("Search rooms")}
            quietLabel
            type="search"
            placeholder={t("Search by name or topic")}
            value={q}
            onChange={(event) => setQ(event.target.value)}
            leading={<Search size={17} aria-hidden />}
            autoComplete="off"
          />
          {found.state === "loading" && <Skeleton rows={5} shape="line" />}
          {found.state === "failed" && (
            <EmptyState icon={<Compass size={26} />} title={t("The list could not be loaded")}>
              {t("Check the connection and try again.")}
            </EmptyState>
          )}
          {found.state === "ready" && found.items.length === 0 && <Nothing searched={q.trim() !== ""} />}
          <ul className={styles.list} aria-label={t("Rooms to join")}>
            {found.items.map((room) => (
              <RoomCard key={room.id} room={room} />
            ))}
          </ul>
          {found.next !== null && (
            <Button busy={more.busy} onClick={() => void more.run()}>
              {t("Show more")}
            </Button>
          )}
        </div>
      </div>
    </main>
  );
}

function Nothing({ searched }: { searched: boolean }) {
  return (
    <EmptyState
      icon={<Compass size={26} />}
      title={searched ? t("No room matches") : t("No public rooms yet")}
      actions={
        <Button variant="primary" onClick={() => openOverlay({ kind: "newRoom", roomKind: "channel" })}>
          {t("Create a room")}
        </Button>
      }
    >
      {searched ? t("Try another word, or make the room you are looking for.") : t("Make the first one; others will find it here.")}
    </EmptyState>
  );
}

function RoomCard({ room }: { room: DiscoveredRoom }) {
  const mine = useRow(rooms, room.id) !== undefined || room.is_member;
  const [, navigate] = useLocation();
  const join = useSubmit(async () => {
    try {
      await joinRoom(room.id);
      navigate(`/r/${room.id}`);
    } catch (error) {
      toast(errorText(error), "danger");
    }
  });

  return (
    <li className={styles.card}>
      <span className={styles.sign}>
        <Hash size={20} aria-hidden />
      </span>
      <div className={styles.words}>
        <Link href={`/r/${room.id}`} id={`room-${room.id}`} className={styles.name}>
          {room.name}
        </Link>
        {room.topic && <p className={styles.topic}>{room.topic}</p>}
        <p className={styles.members}>
          {t("{count, plural, one {# member} other {# members}}", { count: room.member_count })}
        </p>
      </div>
      {mine ? (
        <span className={styles.joined}>{t("Joined")}</span>
      ) : (
        <Button
          icon={<LogIn size={16} aria-hidden />}
          busy={join.busy}
          aria-describedby={`room-${room.id}`}
          onClick={() => void join.run()}
        >
          {t("Join")}
        </Button>
      )}
    </li>
  );
}
