import { useEffect } from "react";
import type { Id } from "../../api/types";
import { t } from "../../i18n";
import { useRow, useTable } from "../../store/hooks";
import { need } from "../people/commands";
import { people, personName } from "../people/store";
import styles from "./TypingLine.module.css";
import { typing } from "./store";

const NOBODY: Id[] = [];

/** Who is writing at this moment. Its height is always there, so that nothing jumps. */
export function TypingLine({ room_id }: { room_id: Id }) {
  const ids = useRow(typing, room_id)?.user_ids ?? NOBODY;
  const names = useTable(people, (table) => ids.slice(0, 3).map((id) => personName(table.get(id))));
  useEffect(() => need(ids), [ids]);
  return (
    <p className={styles.line} aria-live="polite">
      {ids.length > 0 && (
        <span className={styles.dots} aria-hidden>
          <span />
          <span />
          <span />
        </span>
      )}
      {words(names, ids.length)}
    </p>
  );
}

function words(names: string[], count: number): string {
  const [first = "", second = ""] = names;
  if (count === 0) return "";
  if (count === 1) return t("{name} is typing…", { name: first });
  if (count === 2) return t("{first} and {second} are typing…", { first, second });
  return t("Several people are typing…");
}
