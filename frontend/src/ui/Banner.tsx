import type { ReactNode } from "react";
import { cx } from "./cx";
import styles from "./Banner.module.css";

/** A line about the state of things, read out politely when it appears. */
export function Banner(props: { tone: "info" | "warning" | "danger"; icon?: ReactNode; children: ReactNode; action?: ReactNode }) {
  return (
    <div role="status" className={cx(styles.banner, styles[props.tone])}>
      {props.icon}
      <span className={styles.text}>{props.children}</span>
      {props.action}
    </div>
  );
}
