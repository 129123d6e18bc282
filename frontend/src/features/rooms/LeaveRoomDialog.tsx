import { useLocation } from "wouter";
import type { Id } from "../../api/types";
import { t } from "../../i18n";
import { useRow, useSource } from "../../store/hooks";
import { Confirm } from "../../ui/Dialog";
import { useSubmit } from "../../ui/useSubmit";
import { leaveRoom } from "./commands";
import { rooms, titleOf } from "./store";

export default function LeaveRoomDialog({ room_id, onClose }: { room_id: Id; onClose(): void }) {
  const [, navigate] = useLocation();
  const room = useRow(rooms, room_id);
  const title = useSource(titleOf(room_id));
  const submit = useSubmit(async () => {
    await leaveRoom(room_id);
    onClose();
    navigate("/");
  });
  return (
    <Confirm
      title={t("Leave {room}?", { room: title })}
      text={
        room?.visibility === "public"
          ? t("You will hear no more of it. You can join again whenever you like.")
          : t("You will not see it any more, and somebody has to add you to come back.")
      }
      confirmLabel={t("Leave")}
      busy={submit.busy}
      error={submit.formError()}
      onConfirm={() => void submit.run()}
      onClose={onClose}
    />
  );
}
