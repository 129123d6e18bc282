import type { ReactNode } from "react";
import styles from "./EmptyState.module.css";

interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  /** It is all there is on the page, so its title is the page's. */
  wholePage?: boolean;
}

/** Nothing is here yet: says why, and what to do about it. */
export function EmptyState(props: EmptyStateProps) {
  const Heading = props.wholePage ? "h1" : "h2";
  return (
    <div className={styles.empty}>
      {props.icon && (
        <span className={styles.icon} aria-hidden>
          {props.icon}
        </span>
      )}
      <Heading className={styles.title}>{props.title}</Heading>
      {props.children && <p className={styles.text}>{props.children}</p>}
      {props.actions && <div className={styles.actions}>{props.actions}</div>}
    </div>
  );
}
