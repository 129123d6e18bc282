import { CloudAlert } from "lucide-react";
import { type Ref, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import type { RoomKind } from "../../../api/types";
import { t } from "../../../i18n";
import { errorText } from "../../../i18n/errors";
import { useSource, useValue } from "../../../store/hooks";
import { Button } from "../../../ui/Button";
import { EmptyState } from "../../../ui/EmptyState";
import { Skeleton } from "../../../ui/Skeleton";
import { myself } from "../../accounts/store";
import { people, personName } from "../../people/store";
import { sawUpTo } from "../../reads/commands";
import { plainText } from "../Markdown";
import { MessageRow } from "../MessageRow";
import { PendingRow } from "../PendingRow";
import { useConversation } from "../conversation";
import { messages, pending } from "../store";
import { DaySeparator, RoomStart, UnreadDivider } from "./Separators";
import { JumpToNewest, JumpToUnread } from "./Jumps";
import { Scroll } from "./Scroll";
import styles from "./Timeline.module.css";
import { type TimelineView, windowOf } from "./Window";
import { changedAtStart, type Row, rowsOf } from "./rows";
import { moveFocus } from "./focus";

export interface TimelineHandle {
  /** Shows the newest messages and stays with them. */
  toNewest(): void;
}

/** How long a message that was jumped to stays lit. */
const LIT_MS = 1600;

interface TimelineProps {
  ref: Ref<TimelineHandle>;
  title: string;
  kind: RoomKind;
}

/** A room's messages, windowed. */
export function Timeline({ ref, title, kind }: TimelineProps) {
  const { room_id, editing, focusComposer } = useConversation();
  const roomWindow = windowOf(room_id);
  const view = useSource(roomWindow);
  const me = useValue(myself)?.id;
  const list = useRef<VirtualizerHandle>(null);
  const log = useRef<HTMLDivElement>(null);
  const [lit, setLit] = useState<string | null>(null);
  const { ids, pending: unsent, unreadId } = view;
  const rows = useMemo(() => rowsOf({ ids, pending: unsent, unreadId }, messages, pending, me), [ids, unsent, unreadId, me]);
  const shift = useShift(rows);
  const latest = useRef({ rows, view });

  const [scroll] = useState(() => new Scroll());

  useLayoutEffect(() => {
    latest.current = { rows, view };
    scroll.attach(list.current, {
      nearStart: () => void (view.loadingOlder || roomWindow.loadOlder()),
      nearEnd: () => void (view.loadingNewer || roomWindow.loadNewer()),
      saw: (index) => {
        const message = messages.get(rows[index]?.id ?? "");
        if (message) sawUpTo(room_id, message.seq);
      },
    });
    scroll.update(rows.length, view.hasNewer);
  }, [scroll, rows, view, room_id, roomWindow]);

  const { target } = view;
  useLayoutEffect(() => {
    if (target === null) return;
    const { rows, view } = latest.current;
    const index = rows.findIndex((row) => row.id === target.id);
    if (index < 0) return;
    if (index === lastMessage(rows) && !view.hasNewer) scroll.stickToEnd();
    else if (target.id === view.unreadId) scroll.goTo(index, "start", 24);
    else scroll.goTo(index, "center");
  }, [scroll, target]);

  // After the jump: on opening, the end is not where the reader is going to be.
  useLayoutEffect(() => scroll.keep(), [scroll, rows, view]);
  useEffect(() => () => scroll.stop(), [scroll]);

  useEffect(() => {
    const wanted = target !== null && target.id !== latest.current.view.unreadId && !scroll.atEnd.get();
    if (!wanted) return;
    setLit(target.id);
    const timer = setTimeout(() => setLit(null), LIT_MS);
    return () => {
      clearTimeout(timer);
      setLit(null);
    };
  }, [scroll, target]);

  useEffect(() => {
    const element = log.current;
    if (!element) return;
    const watcher = new ResizeObserver(() => scroll.keep());
    watcher.observe(element);
    const seenAgain = () => scroll.keep();
    document.addEventListener("visibilitychange", seenAgain);
    return () => {
      watcher.disconnect();
      document.removeEventListener("visibilitychange", seenAgain);
    };
  }, [scroll]);

  const toNewest = useCallback(() => {
    scroll.stickToEnd();
    void roomWindow.jumpToNewest();
  }, [scroll, roomWindow]);
  useImperativeHandle(ref, () => ({ toNewest }), [toNewest]);

  const editingIndex = editing === null ? -1 : rows.findIndex((row) => row.id === editing);
  const kept = useMemo(() => (editingIndex < 0 ? [] : [editingIndex]), [editingIndex]);

  return (
    <div className={styles.timeline}>
      {view.state === "ready" && <JumpToUnread scroll={scroll} view={view} rows={rows} roomWindow={roomWindow} room_id={room_id} />}
      <div
        ref={log}
        role="log"
        aria-live="off"
        aria-label={t("Messages in {room}", { room: title })}
        aria-busy={view.state === "loading"}
        tabIndex={0}
        className={styles.log}
        onKeyDown={(event) => moveFocus(event, focusComposer)}
      >
        <div className={styles.fill} />
        {view.state === "loading" && rows.length === 0 && <Skeleton rows={7} shape="message" />}
        {view.state === "failed" && rows.length === 0 && <Failed view={view} onRetry={() => void roomWindow.retry()} />}
        {view.state === "ready" && !view.locked && rows.length === 0 && <RoomStart title={title} kind={kind} empty />}
        <Virtualizer
          ref={list}
          scrollRef={log}
          data={rows}
          shift={shift}
          keepMounted={kept}
          bufferSize={400}
          onScroll={() => scroll.moved()}
          onResize={() => scroll.keep()}
        >
          {(row, index) => (
            <div key={row.key} className={styles.row} data-head={row.head || undefined}>
              {index === 0 && !view.hasOlder && <RoomStart title={title} kind={kind} />}
              {row.day && <DaySeparator at={row.day} />}
              {row.unread && <UnreadDivider />}
              {row.kind === "message" ? (
                <MessageRow id={row.id} head={row.head} lit={lit === row.id} />
              ) : (
                <PendingRow client_ref={row.id} head={row.head} />
              )}
            </div>
          )}
        </Virtualizer>
      </div>
      {view.loadingOlder && (
        <p className={styles.older} role="status">
          {t("Loading older messages…")}
        </p>
      )}
      {view.state === "ready" && <JumpToNewest scroll={scroll} view={view} room_id={room_id} onJump={toNewest} />}
      <Announcer rows={rows} me={me} />
    </div>
  );
}

function lastMessage(rows: readonly Row[]): number {
  return rows.findLastIndex((row) => row.kind === "message");
}

/** True while the list on the screen differs from the one before at its start only. */
function useShift(rows: readonly Row[]): boolean {
  const [held, setHeld] = useState({ rows, shift: false });
  if (held.rows === rows) return held.shift;
  const next = { rows, shift: changedAtStart(held.rows, rows) };
  setHeld(next);
  return next.shift;
}

function Failed({ view, onRetry }: { view: TimelineView; onRetry(): void }) {
  return (
    <EmptyState
      icon={<CloudAlert size={26} />}
      title={t("The messages could not be loaded")}
      actions={
        <Button variant="primary" onClick={onRetry}>
          {t("Try again")}
        </Button>
      }
    >
      {errorText(view.error)}
    </EmptyState>
  );
}

/** Reads a new message out, once; the list itself would be read at every scroll. */
function Announcer({ rows, me }: { rows: readonly Row[]; me: string | undefined }) {
  const [text, setText] = useState("");
  const last = rows.findLast((row) => row.kind === "message")?.id;
  const heard = useRef<number | null>(null);
  useEffect(() => {
    const message = messages.get(last ?? "");
    if (!message) return;
    const isNew = heard.current !== null && message.seq === heard.current + 1;
    heard.current = message.seq;
    if (!isNew || message.author_id === me) return;
    setText(`${personName(people.get(message.author_id))}: ${plainText(message.body).slice(0, 300)}`);
  }, [last, me]);
  return (
    <p className="visually-hidden" aria-live="polite">
      {text}
    </p>
  );
}
