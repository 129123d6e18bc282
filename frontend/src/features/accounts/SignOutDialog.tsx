import { t } from "../../i18n";
import { useTable } from "../../store/hooks";
import { Confirm } from "../../ui/Dialog";
import { useSubmit } from "../../ui/useSubmit";
import { pending } from "../messages/store";
import { signOut } from "./commands";

/** Stands between signing out and messages that only this device has. */
export default function SignOutDialog({ onClose }: { onClose(): void }) {
  const count = useTable(pending, (table) => table.size);
  const submit = useSubmit(signOut);
  return (
    <Confirm
      title={t("Sign out with unsent messages?")}
      text={t("{count, plural, one {# message has} other {# messages have}} not reached the server and would be lost.", {
        count,
      })}
      confirmLabel={t("Sign out anyway")}
      busy={submit.busy}
      error={submit.formError()}
      onConfirm={() => void submit.run()}
      onClose={onClose}
    />
  );
}
