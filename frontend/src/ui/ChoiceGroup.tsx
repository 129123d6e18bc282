import { type ReactNode, useId } from "react";
import { cx } from "./cx";
import styles from "./ChoiceGroup.module.css";

interface ChoiceGroupProps<Value extends string> {
  label: string;
  quietLabel?: boolean;
  value: Value;
  options: { value: Value; label: string; hint?: string; icon?: ReactNode }[];
  onChange(value: Value): void;
}

/** One of a few, all in sight: native radio buttons drawn as cards. */
export function ChoiceGroup<Value extends string>(props: ChoiceGroupProps<Value>) {
  const name = useId();
  return (
    <fieldset className={styles.group}>
      <legend className={cx(props.quietLabel ? "visually-hidden" : styles.label)}>{props.label}</legend>
      <div className={styles.options}>
        {props.options.map((option) => (
          <label key={option.value} className={styles.option}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={props.value === option.value}
              onChange={() => props.onChange(option.value)}
              aria-labelledby={`${name}-${option.value}`}
              aria-describedby={option.hint ? `${name}-${option.value}-hint` : undefined}
              className={styles.radio}
            />
            {option.icon}
            <span className={styles.words}>
              <span id={`${name}-${option.value}`} className={styles.name}>
                {option.label}
              </span>
              {option.hint && (
                <span id={`${name}-${option.value}-hint`} className={styles.hint}>
                  {option.hint}
                </span>
              )}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
