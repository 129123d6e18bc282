import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";
import styles from "./Button.module.css";

export interface ButtonProps extends ComponentProps<"button"> {
  variant?: "primary" | "secondary" | "quiet" | "danger";
  size?: "small" | "medium";
  icon?: ReactNode;
  /** Work started by this button is under way: it keeps its focus and place, and takes no second click. */
  busy?: boolean;
  wide?: boolean;
}

export function Button(props: ButtonProps) {
  const { variant = "secondary", size = "medium", icon, busy = false, wide = false, ...rest } = props;
  const { className, children, onClick, type = "button", ...attributes } = rest;
  return (
    <button
      {...attributes}
      type={type}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      className={cx(styles.button, styles[variant], styles[size], wide && styles.wide, className)}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon}
      {children}
    </button>
  );
}
