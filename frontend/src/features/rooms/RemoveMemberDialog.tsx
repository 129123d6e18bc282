import type { Id } from "../../api/types";
import { t } from "../../i18n";
import { useSource } from "../../store/hooks";
import { Confirm } from "../../ui/Dialog";
import { useSubmit } from "../../ui/useSubmit";
import { personName } from "../people/store";
import { usePerson } from "../people/usePerson";
import { removeMember } from "./commands";
import { titleOf } from "./store";

export default function RemoveMemberDialog(props: { room_id: Id; user_id: Id; onClose(): void }) {
  const title = useSource(titleOf(props.room_id));
  const name = personName(usePerson(props.user_id));
  const submit = useSubmit(async () => {
    await removeMember(props.room_id, props.user_id);
    props.onClose();
  });
  return (
    <Confirm
      title={t("Remove {name} from {room}?", { name, room: title })}
      text={t("The room disappears for them at once. What they wrote stays.")}
      confirmLabel={t("Remove")}
      busy={submit.busy}
      error={submit.formError()}
      onConfirm={() => void submit.run()}
      onClose={props.onClose}
    />
  );
}
