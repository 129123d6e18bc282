import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { t } from "../i18n";
import { cx } from "./cx";
import styles from "./TextField.module.css";

interface FieldProps {
  label: string;
  /** Shown under the field until there is an error. */
  hint?: ReactNode;
  error?: string | null | undefined;
  /** The label is for screen readers only. */
  quietLabel?: boolean;
}

export interface TextFieldProps extends FieldProps, Omit<ComponentProps<"input">, "size"> {
  leading?: ReactNode;
  trailing?: ReactNode;
}

/** One line of text, with its label above and its hint or error below. */
export function TextField(props: TextFieldProps) {
  const { label, hint, error, quietLabel, leading, trailing, className, ...input } = props;
  const id = useId();
  return (
    <div className={cx(styles.field, className)}>
      <label htmlFor={id} className={cx(quietLabel ? "visually-hidden" : styles.label)}>
        {label}
      </label>
      <div className={styles.box} data-invalid={error ? "" : undefined}>
        {leading}
        <input
          {...input}
          id={id}
          className={styles.input}
          aria-invalid={error ? true : undefined}
          aria-describedby={error || hint ? `${id}-note` : undefined}
        />
        {trailing}
      </div>
      <Note id={`${id}-note`} hint={hint} error={error} />
    </div>
  );
}

/** A password with a button that shows it. */
export function PasswordField(field: TextFieldProps) {
  const [shown, setShown] = useState(false);
  const toggle = (
    <button
      type="button"
      className={styles.reveal}
      aria-label={shown ? t("Hide characters") : t("Show characters")}
      onClick={() => setShown(!shown)}
    >
      {shown ? <EyeOff size={18} aria-hidden /> : <Eye size={18} aria-hidden />}
    </button>
  );
  return (
    <TextField
      autoCapitalize="none"
      spellCheck={false}
      {...field}
      type={shown ? "text" : "password"}
      trailing={toggle}
    />
  );
}

/** Several lines of text in a form. */
export function TextArea(props: FieldProps & ComponentProps<"textarea">) {
  const { label, hint, error, quietLabel, className, ...area } = props;
  const id = useId();
  return (
    <div className={cx(styles.field, className)}>
      <label htmlFor={id} className={cx(quietLabel ? "visually-hidden" : styles.label)}>
        {label}
      </label>
      <div className={styles.box} data-invalid={error ? "" : undefined}>
        <textarea
          {...area}
          id={id}
          className={cx(styles.input, styles.area)}
          aria-invalid={error ? true : undefined}
          aria-describedby={error || hint ? `${id}-note` : undefined}
        />
      </div>
      <Note id={`${id}-note`} hint={hint} error={error} />
    </div>
  );
}

function Note({ id, hint, error }: { id: string; hint: ReactNode; error: string | null | undefined }) {
  if (error) {
    return (
      <p id={id} className={styles.error} role="alert">
        {error}
      </p>
    );
  }
  return hint ? (
    <p id={id} className={styles.hint}>
      {hint}
    </p>
  ) : null;
}
