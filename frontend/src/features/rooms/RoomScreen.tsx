import { DoorClosed, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { ApiError } from "../../api/client";
import type { Id, MyRoom } from "../../api/types";
import { membersShown } from "../../app/overlay";
import shell from "../../app/Shell.module.css";
import { t } from "../../i18n";
import { errorText } from "../../i18n/errors";
import { setTitle } from "../../lib/title";
import { useRow, useSource, useValue } from "../../store/hooks";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { Skeleton } from "../../ui/Skeleton";
import { Conversation } from "../messages/Conversation";
import { MembersPanel } from "./MembersPanel";
import { RoomFoot } from "./RoomFoot";
import { RoomHeader } from "./RoomHeader";
import { loadRoom } from "./commands";
import { canPost, previewRooms, rooms, titleOf } from "./store";

/** A room by its address: one of mine, a public channel to look at, or nothing that I may see. */
export function RoomScreen({ room_id, seq }: { room_id: Id; seq: number | null }) {
  const mine = useRow(rooms, room_id);
  const looked = useRow(previewRooms, room_id);
  const room = mine ?? looked;
  const [refusal, setRefusal] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const missing = room === undefined;

  useEffect(() => {
    if (!missing) return;
    const stop = new AbortController();
    loadRoom(room_id, stop.signal).then(
      () => setRefusal(null),
      (error: unknown) => !stop.signal.aborted && setRefusal(error),
    );
    return () => stop.abort();
  }, [room_id, missing, attempt]);

  if (room) return <OpenRoom room={room} seq={seq} />;
  return (
    <main id="main" className={shell.main} tabIndex={-1}>
      {refusal === null ? (
        <Skeleton rows={6} shape="message" />
      ) : (
        <NoRoom refusal={refusal} onRetry={() => setAttempt(attempt + 1)} />
      )}
    </main>
  );
}

function OpenRoom({ room, seq }: { room: MyRoom; seq: number | null }) {
  const title = useSource(titleOf(room.id));
  const panel = useValue(membersShown);
  useEffect(() => setTitle(title), [title]);

  return (
    <>
      <main id="main" className={shell.main} tabIndex={-1} data-covered={panel || undefined}>
        <RoomHeader room={room} title={title} />
        <Conversation room={room} title={title} at={seq} writable={canPost(room)}>
          <RoomFoot room={room} title={title} />
        </Conversation>
      </main>
      {panel && <MembersPanel room={room} onClose={() => membersShown.set(false)} />}
    </>
  );
}

function NoRoom({ refusal, onRetry }: { refusal: unknown; onRetry(): void }) {
  const [, navigate] = useLocation();
  const hidden = refusal instanceof ApiError && (refusal.status === 404 || refusal.status === 403);
  useEffect(() => setTitle(t("Room not found")), []);
  if (!hidden) {
    return (
      <EmptyState
      wholePage
        icon={<TriangleAlert size={26} />}
        title={t("This room could not be opened")}
        actions={
          <Button variant="primary" onClick={onRetry}>
            {t("Try again")}
          </Button>
        }
      >
        {errorText(refusal)}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      wholePage
      icon={<DoorClosed size={26} />}
      title={t("Room not found")}
      actions={
        <>
          <Button variant="primary" onClick={() => navigate("/discover")}>
            {t("Find rooms")}
          </Button>
          <Button onClick={() => navigate("/")}>{t("Go home")}</Button>
        </>
      }
    >
      {t("It does not exist, or it is private and you are not a member.")}
    </EmptyState>
  );
}
