import { cx } from "./cx";
import styles from "./PresenceDot.module.css";

export type PresenceKind = "online" | "idle" | "dnd" | "offline";

/**
 * A dot whose shape differs as well as its colour, so that colour is not the only sign.
 * Without a label it is decoration: the word stands beside it.
 */
export function PresenceDot(props: { kind: PresenceKind; label?: string; className?: string | undefined }) {
  const named = props.label ? { role: "img", "aria-label": props.label, title: props.label } : { "aria-hidden": true };
  return (
    <span
      {...named}
      data-presence={props.kind}
      className={cx(styles.dot, styles[props.kind], props.className)}
    />
  );
}
