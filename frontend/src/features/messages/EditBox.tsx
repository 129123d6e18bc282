import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Message } from "../../api/types";
import { openOverlay } from "../../app/overlay";
import { t } from "../../i18n";
import { utf8Length } from "../../lib/text";
import { Button } from "../../ui/Button";
import { useSubmit } from "../../ui/useSubmit";
import { AutoTextarea } from "./AutoTextarea";
import styles from "./Composer.module.css";
import { editMessage, messageLimit } from "./commands";
import { useConversation } from "./conversation";

/** Changes a message where it stands. Enter saves, Escape leaves it as it was; nothing left means delete. */
export function EditBox({ message }: { message: Message }) {
  const { edit } = useConversation();
  const [body, setBody] = useState(message.body);
  const area = useRef<HTMLTextAreaElement>(null);
  const submit = useSubmit(async () => {
    await editMessage(message.id, body.trim());
    edit(null);
  });
  const tooLong = utf8Length(body) > messageLimit();

  useEffect(() => {
    const element = area.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
  }, []);

  const save = () => {
    if (tooLong) return;
    if (body.trim()) return void submit.run();
    edit(null);
    openOverlay({ kind: "deleteMessage", message });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    } else if (event.key === "Escape") {
      event.preventDefault();
      edit(null);
    }
  };

  const trouble = tooLong ? t("This is too long to be one message.") : submit.formError();
  return (
    <div className={styles.editBox}>
      <AutoTextarea
        ref={area}
        aria-label={t("Edit message")}
        aria-invalid={trouble ? true : undefined}
        className={styles.editArea}
        dir="auto"
        value={body}
        onChange={(event) => setBody(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {trouble && (
        <p role="alert" className={styles.trouble}>
          {trouble}
        </p>
      )}
      <div className={styles.editFoot}>
        <span className={styles.hint}>{t("Enter saves, Escape cancels")}</span>
        <Button size="small" onClick={() => edit(null)}>
          {t("Cancel")}
        </Button>
        <Button size="small" variant="primary" busy={submit.busy} onClick={save}>
          {t("Save")}
        </Button>
      </div>
    </div>
  );
}
