import type { Id } from "../../api/types";
import { t } from "../../i18n";
import { useSource } from "../../store/hooks";
import { Confirm } from "../../ui/Dialog";
import { toast } from "../../ui/toast";
import { useSubmit } from "../../ui/useSubmit";
import { archiveRoom } from "./commands";
import { titleOf } from "./store";

export default function ArchiveRoomDialog({ room_id, onClose }: { room_id: Id; onClose(): void }) {
  const title = useSource(titleOf(room_id));
  const submit = useSubmit(async () => {
    await archiveRoom(room_id);
    toast(t("Room archived"));
    onClose();
  });
  return (
    <Confirm
      title={t("Archive {room}?", { room: title })}
      text={t("Nobody can write in it any more and it leaves everyone's list. Its messages are kept, and you can restore it.")}
      confirmLabel={t("Archive")}
      busy={submit.busy}
      error={submit.formError()}
      onConfirm={() => void submit.run()}
      onClose={onClose}
    />
  );
}
