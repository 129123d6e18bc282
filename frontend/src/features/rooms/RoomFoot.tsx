import { Archive, LogIn } from "lucide-react";
import type { MyRoom } from "../../api/types";
import { t } from "../../i18n";
import { errorText } from "../../i18n/errors";
import { Button } from "../../ui/Button";
import { toast } from "../../ui/toast";
import { useSubmit } from "../../ui/useSubmit";
import styles from "./RoomFoot.module.css";
import { joinRoom, restoreRoom } from "./commands";
import { canRestore } from "./store";

/** What stands in the composer's place when one cannot write here, and the way out of it. */
export function RoomFoot({ room, title }: { room: MyRoom; title: string }) {
  const join = useSubmit(() => joinRoom(room.id).catch(report));
  const restore = useSubmit(() => restoreRoom(room.id).catch(report));

  if (room.archived_at !== null) {
    return (
      <div className={styles.foot}>
        <Archive size={18} aria-hidden />
        <p>{t("This room is archived: it can be read, and nothing more is written.")}</p>
        {canRestore(room) && (
          <Button busy={restore.busy} onClick={() => void restore.run()}>
            {t("Restore")}
          </Button>
        )}
      </div>
    );
  }
  if (room.role === null) {
    return (
      <div className={styles.foot}>
        <p>{t("You are looking at {room}. Join to write here and to hear of new messages.", { room: title })}</p>
        <Button variant="primary" icon={<LogIn size={17} aria-hidden />} busy={join.busy} onClick={() => void join.run()}>
          {t("Join")}
        </Button>
      </div>
    );
  }
  return null;
}

const report = (error: unknown): void => toast(errorText(error), "danger");
