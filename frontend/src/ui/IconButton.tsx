import type { ComponentProps } from "react";
import { Tooltip } from "./Tooltip";
import { cx } from "./cx";
import styles from "./IconButton.module.css";

export interface IconButtonProps extends ComponentProps<"button"> {
  /** The accessible name; also the tooltip. */
  label: string;
  /** Keys shown in the tooltip. */
  keys?: string;
  tone?: "plain" | "rail" | "danger";
  size?: "small" | "medium";
  tooltip?: "top" | "bottom" | "left" | "right" | "none";
}

/** A button that is only an icon: it always has a name, and shows it on hover and focus. */
export function IconButton(props: IconButtonProps) {
  const { label, keys, tone = "plain", size = "medium", tooltip = "bottom", className, ...rest } = props;
  const button = (
    <button
      type="button"
      {...rest}
      aria-label={label}
      className={cx(styles.button, styles[tone], styles[size], className)}
    />
  );
  if (tooltip === "none") return button;
  return (
    <Tooltip label={label} side={tooltip} {...(keys ? { keys } : {})}>
      {button}
    </Tooltip>
  );
}
