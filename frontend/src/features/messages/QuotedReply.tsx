import { CornerUpLeft } from "lucide-react";
import { useEffect, useState } from "react";
import type { Id } from "../../api/types";
import { t } from "../../i18n";
import { useRow } from "../../store/hooks";
import { personName } from "../people/store";
import { usePerson } from "../people/usePerson";
import { plainText } from "./Markdown";
import styles from "./MessageRow.module.css";
import { loadMessage } from "./commands";
import { useConversation } from "./conversation";
import { messages } from "./store";

/** The message that is answered, on one line; leads to it. */
export function QuotedReply({ id }: { id: Id }) {
  const { jumpTo } = useConversation();
  const message = useRow(messages, id);
  const author = personName(usePerson(message?.author_id));
  const [gone, setGone] = useState(false);
  const missing = message === undefined;

  useEffect(() => {
    if (!missing) return;
    let left = false;
    loadMessage(id).catch(() => !left && setGone(true));
    return () => {
      left = true;
    };
  }, [id, missing]);

  if (!message) {
    return <span className={styles.quote}>{gone ? t("The original message cannot be seen") : "…"}</span>;
  }
  const text = message.deleted_at === null ? plainText(message.body).slice(0, 200) : t("Message deleted");
  return (
    <button type="button" className={styles.quote} onClick={() => jumpTo(message.seq)}>
      <CornerUpLeft size={14} aria-hidden />
      <span className="visually-hidden">{t("In reply to")} </span>
      <span className={styles.quoteAuthor}>{author}</span>
      <span className={styles.quoteText}>{text}</span>
    </button>
  );
}
