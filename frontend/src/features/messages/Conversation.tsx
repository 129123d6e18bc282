import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Id, Message, MyRoom } from "../../api/types";
import { Composer, type ComposerHandle } from "./Composer";
import { TypingLine } from "./TypingLine";
import { saveDraft } from "./commands";
import { type ConversationActions, ConversationContext } from "./conversation";
import { drafts } from "./store";
import { Timeline, type TimelineHandle } from "./timeline/Timeline";
import { windowOf } from "./timeline/Window";

interface ConversationProps {
  room: MyRoom;
  title: string;
  /** A `seq` to open around; otherwise the first unread message. */
  at: number | null;
  writable: boolean;
  /** Stands in the composer's place where nothing can be written. */
  children: ReactNode;
}

/** A room's messages and the place to write the next one. */
export function Conversation({ room, title, at, writable, children }: ConversationProps) {
  const roomWindow = windowOf(room.id);
  const [editing, setEditing] = useState<Id | null>(null);
  const composer = useRef<ComposerHandle>(null);
  const timeline = useRef<TimelineHandle>(null);
  const staff = room.role === "owner" || room.role === "moderator";

  useEffect(() => {
    void roomWindow.open(at ?? "unread");
  }, [roomWindow, at]);
  useEffect(() => () => roomWindow.close(), [roomWindow]);

  const focusComposer = useCallback(() => composer.current?.focus(), []);
  const edit = useCallback(
    (id: Id | null) => {
      setEditing(id);
      if (id === null) focusComposer();
    },
    [focusComposer],
  );
  const reply = useCallback(
    (message: Message) => {
      saveDraft(message.room_id, drafts.get(message.room_id)?.body ?? "", message.id);
      focusComposer();
    },
    [focusComposer],
  );
  const jumpTo = useCallback((seq: number) => void roomWindow.jumpTo(seq), [roomWindow]);

  const actions: ConversationActions = useMemo(
    () => ({ room_id: room.id, writable, staff, editing, edit, reply, jumpTo, focusComposer }),
    [room.id, writable, staff, editing, edit, reply, jumpTo, focusComposer],
  );

  return (
    <ConversationContext.Provider value={actions}>
      <Timeline ref={timeline} title={title} kind={room.kind} />
      <TypingLine room_id={room.id} />
      {writable ? <Composer ref={composer} room_id={room.id} title={title} onSent={() => timeline.current?.toNewest()} /> : children}
    </ConversationContext.Provider>
  );
}
