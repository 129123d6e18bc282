import { Switch as Base } from "@base-ui/react/switch";
import { type ReactNode, useId } from "react";
import styles from "./Switch.module.css";

interface SwitchProps {
  label: string;
  hint?: ReactNode;
  checked: boolean;
  onChange(checked: boolean): void;
  disabled?: boolean;
}

export function Switch(props: SwitchProps) {
  const id = useId();
  return (
    <label className={styles.row}>
      <span className={styles.words}>
        <span id={id} className={styles.label}>
          {props.label}
        </span>
        {props.hint && (
          <span id={`${id}-hint`} className={styles.hint}>
            {props.hint}
          </span>
        )}
      </span>
      <Base.Root
        checked={props.checked}
        disabled={props.disabled ?? false}
        onCheckedChange={props.onChange}
        aria-labelledby={id}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        className={styles.track}
      >
        <Base.Thumb className={styles.thumb} />
      </Base.Root>
    </label>
  );
}
