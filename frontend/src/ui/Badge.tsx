import { cx } from "./cx";
import styles from "./Badge.module.css";

/** A count. `label` says it in words; past 99 the figure stops growing. */
export function Badge(props: { count: number; label: string; tone?: "strong" | "soft" }) {
  if (props.count <= 0) return null;
  return (
    <span className={cx(styles.badge, styles[props.tone ?? "soft"])}>
      <span aria-hidden>{props.count > 99 ? "99+" : props.count}</span>
      <span className="visually-hidden">{props.label}</span>
    </span>
  );
}
