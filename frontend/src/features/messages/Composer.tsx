import { CornerUpLeft, SendHorizontal, X } from "lucide-react";
import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef } from "react";
import type { Id } from "../../api/types";
import { formatNumber, t } from "../../i18n";
import { utf8Length } from "../../lib/text";
import { useRow } from "../../store/hooks";
import { IconButton } from "../../ui/IconButton";
import { personName } from "../people/store";
import { usePerson } from "../people/usePerson";
import { AutoTextarea } from "./AutoTextarea";
import styles from "./Composer.module.css";
import { plainText } from "./Markdown";
import { messageLimit, noteTyping, saveDraft, send } from "./commands";
import { useConversation } from "./conversation";
import { drafts, messages, myLastMessage } from "./store";

export interface ComposerHandle {
  focus(): void;
}

/** From this share of the limit on, what is left is shown. */
const COUNT_FROM = 0.9;

interface ComposerProps {
  ref: Ref<ComposerHandle>;
  room_id: Id;
  title: string;
  onSent(): void;
}

/** Where the next message is written. What it holds is the room's draft, so it survives leaving the room. */
export function Composer({ ref, room_id, title, onSent }: ComposerProps) {
  const { edit } = useConversation();
  const draft = useRow(drafts, room_id);
  const area = useRef<HTMLTextAreaElement>(null);
  const body = draft?.body ?? "";
  const reply_to_id = draft?.reply_to_id ?? null;
  const left = messageLimit() - utf8Length(body);
  const counting = left < messageLimit() * (1 - COUNT_FROM);
  const sendable = body.trim() !== "" && left >= 0;

  useImperativeHandle(ref, () => ({ focus: () => area.current?.focus() }), []);
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches) area.current?.focus({ preventScroll: true });
  }, []);

  const submit = () => {
    if (!sendable) return;
    send({ room_id, body: body.trim(), reply_to_id });
    onSent();
    area.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "ArrowUp" && body === "" && !event.altKey) {
      const last = myLastMessage(room_id);
      if (!last) return;
      event.preventDefault();
      edit(last.id);
    } else if (event.key === "Escape" && reply_to_id !== null) {
      event.preventDefault();
      saveDraft(room_id, body);
    }
  };

  return (
    <div className={styles.composer}>
      {reply_to_id !== null && <ReplyBar id={reply_to_id} onCancel={() => saveDraft(room_id, body)} />}
      <div className={styles.box} data-invalid={left < 0 || undefined}>
        <AutoTextarea
          ref={area}
          aria-label={t("Message {room}", { room: title })}
          aria-describedby={counting ? "composer-count" : undefined}
          aria-invalid={left < 0 || undefined}
          placeholder={t("Message {room}", { room: title })}
          className={styles.area}
          dir="auto"
          enterKeyHint="send"
          value={body}
          onChange={(event) => {
            saveDraft(room_id, event.target.value, reply_to_id);
            if (event.target.value.trim()) noteTyping(room_id);
          }}
          onKeyDown={onKeyDown}
        />
        {counting && (
          <span id="composer-count" role="status" className={styles.count}>
            {left >= 0
              ? t("{left} left", { left: formatNumber(left) })
              : t("{over} too long", { over: formatNumber(-left) })}
          </span>
        )}
        <IconButton
          label={t("Send")}
          keys={t("Enter")}
          tooltip="top"
          className={styles.send}
          disabled={!sendable}
          // The text area keeps the focus, so that a phone's keyboard stays open.
          onPointerDown={(event) => event.preventDefault()}
          onClick={submit}
        >
          <SendHorizontal size={19} aria-hidden />
        </IconButton>
      </div>
    </div>
  );
}

function ReplyBar({ id, onCancel }: { id: Id; onCancel(): void }) {
  const message = useRow(messages, id);
  const author = personName(usePerson(message?.author_id));
  return (
    <div className={styles.replyBar}>
      <CornerUpLeft size={16} aria-hidden />
      <span className={styles.replyText}>
        <strong>{t("Replying to {author}", { author })}</strong> {message && plainText(message.body).slice(0, 160)}
      </span>
      <IconButton size="small" label={t("Cancel reply")} tooltip="none" onClick={onCancel}>
        <X size={16} aria-hidden />
      </IconButton>
    </div>
  );
}
