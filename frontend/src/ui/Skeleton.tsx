import { t } from "../i18n";
import { cx } from "./cx";
import styles from "./Skeleton.module.css";

/** Grey shapes where rows are about to be. Read out as one word, not as shapes. */
export function Skeleton(props: { rows: number; shape: "message" | "line" }) {
  return (
    <div role="status" aria-label={t("Loading")} className={cx(styles.skeleton, styles[props.shape])}>
      {Array.from({ length: props.rows }, (_, row) => (
        <div key={row} className={styles.row} aria-hidden>
          <span className={styles.disc} />
          <span className={styles.lines}>
            <span className={styles.short} />
            <span className={styles.long} />
          </span>
        </div>
      ))}
    </div>
  );
}
