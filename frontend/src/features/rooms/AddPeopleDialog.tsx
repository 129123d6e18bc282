import { type SyntheticEvent, useState } from "react";
import type { Id } from "../../api/types";
import { t } from "../../i18n";
import { useSource } from "../../store/hooks";
import { Button } from "../../ui/Button";
import { Dialog, DialogFoot } from "../../ui/Dialog";
import { FormError } from "../../ui/FormError";
import { toast } from "../../ui/toast";
import { useSubmit } from "../../ui/useSubmit";
import { me } from "../accounts/store";
import { PeoplePicker } from "../people/PeoplePicker";
import { addMember } from "./commands";
import styles from "./dialogs.module.css";
import { members, roomMembers, rooms, titleOf } from "./store";

/** Adds people to a room, one after the other; those that were added before a refusal stay added. */
export default function AddPeopleDialog({ room_id, onClose }: { room_id: Id; onClose(): void }) {
  const title = useSource(titleOf(room_id));
  const [chosen, setChosen] = useState<Id[]>([]);
  const [tried, setTried] = useState(false);
  const known = roomMembers(members, room_id).map((member) => member.user_id);
  const without = new Set([me().id, ...known, ...(rooms.get(room_id)?.member_ids ?? [])]);

  const submit = useSubmit(async () => {
    const left = [...chosen];
    try {
      for (const id of chosen) {
        await addMember(room_id, id);
        left.shift();
      }
    } finally {
      setChosen(left);
    }
    toast(t("{count, plural, one {# person added} other {# people added}}", { count: chosen.length }));
    onClose();
  });

  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (chosen.length > 0) void submit.run();
  };

  return (
    <Dialog title={t("Add people to {room}", { room: title })} onClose={onClose}>
      <form className={styles.form} onSubmit={onSubmit} noValidate>
        <FormError>{submit.formError()}</FormError>
        <PeoplePicker
          label={t("People")}
          chosen={chosen}
          onChange={setChosen}
          without={without}
          autoFocus
          error={tried && chosen.length === 0 ? t("Choose at least one person") : undefined}
        />
        <DialogFoot>
          <Button onClick={onClose}>{t("Cancel")}</Button>
          <Button type="submit" variant="primary" busy={submit.busy}>
            {t("Add")}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
