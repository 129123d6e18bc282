import { CircleAlert, Clock } from "lucide-react";
import { memo } from "react";
import { formatTime, t } from "../../i18n";
import { codeText } from "../../i18n/errors";
import { useRow, useValue } from "../../store/hooks";
import { Button } from "../../ui/Button";
import { Avatar } from "../../ui/Avatar";
import { myself } from "../accounts/store";
import { personName } from "../people/store";
import { Markdown } from "./Markdown";
import styles from "./MessageRow.module.css";
import { QuotedReply } from "./QuotedReply";
import { discardSend, retrySend, saveDraft } from "./commands";
import { useConversation } from "./conversation";
import { drafts, pending, type Pending } from "./store";

/** A message of mine that the server has not taken yet: grey until it does. */
export const PendingRow = memo(function PendingRow({ client_ref, head }: { client_ref: string; head: boolean }) {
  const copy = useRow(pending, client_ref);
  const me = useValue(myself);
  if (!copy || !me) return null;
  const name = personName(me);
  const time = formatTime(copy.created_at);
  return (
    <article
      data-message={client_ref}
      tabIndex={-1}
      aria-label={t("{author}, {time}", { author: name, time })}
      className={styles.row}
    >
      <div className={styles.side}>{head && <Avatar id={me.id} name={name} />}</div>
      <div className={styles.main}>
        {head && (
          <header className={styles.head}>
            <span className={styles.author}>{name}</span>
            <time className={styles.time} dateTime={copy.created_at}>
              {time}
            </time>
          </header>
        )}
        {copy.reply_to_id !== null && <QuotedReply id={copy.reply_to_id} />}
        <div className={styles.pending}>
          <Markdown text={copy.body} />
        </div>
        <State copy={copy} />
      </div>
    </article>
  );
});

function State({ copy }: { copy: Pending }) {
  const { focusComposer } = useConversation();
  if (copy.state === "sending") return <span className="visually-hidden">{t("Sending")}</span>;
  if (copy.state === "waiting") {
    return (
      <p className={styles.state}>
        <Clock size={14} aria-hidden />
        {t("Will be sent when there is a connection")}
      </p>
    );
  }
  const discard = () => {
    const body = discardSend(copy.client_ref);
    // What was written is not thrown away while the composer is free to take it.
    if (!drafts.get(copy.room_id)?.body) saveDraft(copy.room_id, body, copy.reply_to_id);
    focusComposer();
  };
  return (
    <div className={styles.state} role="alert">
      <CircleAlert size={15} aria-hidden className={styles.refused} />
      <span className={styles.refused}>
        {t("Not sent.")} {codeText(copy.error ?? "") ?? ""}
      </span>
      <Button size="small" onClick={() => retrySend(copy.client_ref)}>
        {t("Retry")}
      </Button>
      <Button size="small" variant="quiet" onClick={discard}>
        {t("Discard")}
      </Button>
    </div>
  );
}
