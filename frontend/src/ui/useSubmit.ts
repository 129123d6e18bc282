import { useCallback, useRef, useState } from "react";
import { ApiError } from "../api/client";
import { t } from "../i18n";
import { errorText, fieldText } from "../i18n/errors";

/** Which field a refusal is about when the reply names none. `credentials`: a name and password together. */
const FIELDS_OF_CODE: Record<string, string[]> = {
  bad_credentials: ["current_password", "credentials"],
  email_taken: ["email"],
  username_taken: ["username"],
  password_too_short: ["password"],
  password_too_long: ["password"],
  password_common: ["password"],
  password_too_common: ["password"],
};

export interface Submit<Args extends unknown[]> {
  busy: boolean;
  /** Runs the work unless it is running already. Resolves to whether it succeeded. */
  run(...args: Args): Promise<boolean>;
  /** The sentence to show under a field. */
  fieldError(...names: string[]): string | undefined;
  /** The sentence for the whole form: a refusal that is about none of `fields`. */
  formError(...fields: string[]): string | undefined;
  clear(): void;
}

/** A form's way to the server: busy while it runs, and afterwards what was refused, field by field. */
export function useSubmit<Args extends unknown[]>(work: (...args: Args) => Promise<unknown>): Submit<Args> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const running = useRef(false);

  const run = async (...args: Args): Promise<boolean> => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setError(null);
    try {
      await work(...args);
      return true;
    } catch (refusal) {
      setError(refusal);
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  };

  const fieldError = (...names: string[]): string | undefined => {
    if (!(error instanceof ApiError)) return undefined;
    for (const name of names) {
      const named = error.field(name);
      if (named) return fieldText(named);
      if (!FIELDS_OF_CODE[error.code]?.includes(name)) continue;
      return name === "current_password" ? t("That is not your current password.") : errorText(error);
    }
    return undefined;
  };

  const formError = (...fields: string[]): string | undefined => {
    if (error === null || fieldError(...fields) !== undefined) return undefined;
    return errorText(error);
  };

  return { busy, run, fieldError, formError, clear: useCallback(() => setError(null), []) };
}
