import type { Message } from "../../api/types";
import { t } from "../../i18n";
import { Confirm } from "../../ui/Dialog";
import { useSubmit } from "../../ui/useSubmit";
import { Markdown } from "./Markdown";
import styles from "./DeleteMessageDialog.module.css";
import { removeMessage } from "./commands";

export default function DeleteMessageDialog({ message, onClose }: { message: Message; onClose(): void }) {
  const submit = useSubmit(async () => {
    await removeMessage(message.id);
    onClose();
  });
  return (
    <Confirm
      title={t("Delete this message?")}
      text={t("It is removed for everyone, and cannot be brought back.")}
      confirmLabel={t("Delete")}
      busy={submit.busy}
      error={submit.formError()}
      onConfirm={() => void submit.run()}
      onClose={onClose}
    >
      <div className={styles.quote}>
        <Markdown text={message.body} />
      </div>
    </Confirm>
  );
}
