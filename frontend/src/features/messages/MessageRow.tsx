import { memo, useEffect, useRef, useState } from "react";
import type { Id, Message, Time } from "../../api/types";
import { formatDate, formatTime, t } from "../../i18n";
import { useRow, useValue } from "../../store/hooks";
import { cx } from "../../ui/cx";
import { myself } from "../accounts/store";
import { PersonAvatar } from "../people/PersonAvatar";
import { personName } from "../people/store";
import { usePerson } from "../people/usePerson";
import { EditBox } from "./EditBox";
import { MessageText } from "./Markdown";
import { MessageActions } from "./MessageActions";
import styles from "./MessageRow.module.css";
import { QuotedReply } from "./QuotedReply";
import { useConversation } from "./conversation";
import { messages } from "./store";

/** One message. `head`: the first of its group, with author and time. */
export const MessageRow = memo(function MessageRow({ id, head, lit }: { id: Id; head: boolean; lit: boolean }) {
  const message = useRow(messages, id);
  return message ? <Shown message={message} head={head} lit={lit} /> : null;
});

function Shown({ message, head, lit }: { message: Message; head: boolean; lit: boolean }) {
  const { editing } = useConversation();
  const author = personName(usePerson(message.author_id));
  const mine = useValue(myself)?.id === message.author_id;
  const row = useRef<HTMLElement>(null);
  const [hovered, setHovered] = useState(false);
  const [focused, setFocused] = useState(false);
  const time = formatTime(message.created_at);
  const deleted = message.deleted_at !== null;
  const changing = editing === message.id && !deleted;

  // A row that comes to lie under a resting pointer is not entered by it.
  useEffect(() => setHovered(row.current?.matches(":hover") ?? false), []);

  return (
    <article
      ref={row}
      data-message={message.id}
      tabIndex={-1}
      aria-label={t("{author}, {time}", { author, time })}
      className={cx(styles.row, lit && styles.lit, changing && styles.changing)}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      onFocus={() => setFocused(true)}
      onBlur={(event) => {
        // A menu opened from here lies elsewhere in the page; its focus is still this row's.
        if (!event.currentTarget.contains(event.relatedTarget)) setFocused(false);
      }}
    >
      <div className={styles.side}>
        {head ? (
          <PersonAvatar id={message.author_id} />
        ) : (
          <time className={styles.sideTime} dateTime={message.created_at} aria-hidden>
            {time}
          </time>
        )}
      </div>
      <div className={styles.main}>
        {head && (
          <header className={styles.head}>
            <span className={styles.author}>{author}</span>
            <time className={styles.time} dateTime={message.created_at} title={formatDate(message.created_at)}>
              {time}
            </time>
          </header>
        )}
        {message.reply_to_id !== null && !deleted && <QuotedReply id={message.reply_to_id} />}
        {deleted ? (
          <p className={styles.deleted}>{t("Message deleted")}</p>
        ) : changing ? (
          <EditBox message={message} />
        ) : (
          <MessageText text={message.body} note={message.edited_at !== null && <Edited at={message.edited_at} />} />
        )}
      </div>
      {(hovered || focused) && !deleted && !changing && <MessageActions message={message} mine={mine} />}
    </article>
  );
}

function Edited({ at }: { at: Time }) {
  return (
    <span className={styles.edited} title={formatDate(at)}>
      {t("(edited)")}
    </span>
  );
}
