import { type SyntheticEvent, useState } from "react";
import { t } from "../../i18n";
import { useValue } from "../../store/hooks";
import { Button } from "../../ui/Button";
import { FormError } from "../../ui/FormError";
import { PasswordField, TextField } from "../../ui/TextField";
import { toast } from "../../ui/toast";
import { useSubmit } from "../../ui/useSubmit";
import { SessionList } from "./SessionList";
import styles from "./Settings.module.css";
import { changePassword, updateMe } from "./commands";
import { me as whoAmI, myself } from "./store";

/** How I get in: address, password, and the devices that are in already. */
export function AccountSettings() {
  return (
    <>
      <EmailForm />
      <PasswordForm />
      <SessionList />
    </>
  );
}

function EmailForm() {
  const me = useValue(myself);
  const [email, setEmail] = useState(() => whoAmI().email);
  const [password, setPassword] = useState("");
  const changed = email.trim() !== me?.email;
  const submit = useSubmit(async () => {
    await updateMe({ email: email.trim(), current_password: password });
    setPassword("");
    toast(t("Email address changed"));
  });

  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (changed && password) void submit.run();
  };

  return (
    <form className={styles.group} onSubmit={onSubmit} noValidate aria-label={t("Email address")}>
      <h3>{t("Email address")}</h3>
      <p className={styles.about}>{t("You can sign in with it. Others do not see it.")}</p>
      <FormError>{submit.formError("email", "current_password")}</FormError>
      <TextField
        label={t("Email")}
        type="email"
        autoComplete="email"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={submit.fieldError("email")}
      />
      {changed && (
        <PasswordField
          label={t("Current password")}
          hint={t("To be sure that it is you.")}
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={submit.fieldError("current_password")}
        />
      )}
      <div className={styles.foot}>
        <Button type="submit" variant="primary" busy={submit.busy} disabled={!changed || !password}>
          {t("Change email")}
        </Button>
      </div>
    </form>
  );
}

function PasswordForm() {
  const me = useValue(myself);
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [tried, setTried] = useState(false);
  const tooShort = [...next].length < 10 ? t("Use at least 10 characters") : undefined;
  const submit = useSubmit(async () => {
    await changePassword({ current_password: current, new_password: next });
    setCurrent("");
    setNext("");
    setTried(false);
    toast(t("Password changed. Your other sessions were signed out."));
  });

  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (current && !tooShort) void submit.run();
  };

  return (
    <form className={styles.group} onSubmit={onSubmit} noValidate aria-label={t("Change password")}>
      <h3>{t("Change password")}</h3>
      <p className={styles.about}>{t("All your other sessions are signed out.")}</p>
      <FormError>{submit.formError("current_password", "new_password", "password")}</FormError>
      {/* Lets a password manager know whose password this is. */}
      <input type="hidden" name="username" autoComplete="username" value={me?.username ?? ""} />
      <PasswordField
        label={t("Current password")}
        autoComplete="current-password"
        value={current}
        onChange={(event) => setCurrent(event.target.value)}
        error={submit.fieldError("current_password") ?? (tried && !current ? t("Enter your current password") : undefined)}
      />
      <PasswordField
        label={t("New password")}
        hint={t("At least 10 characters. A few unrelated words work well.")}
        autoComplete="new-password"
        value={next}
        onChange={(event) => setNext(event.target.value)}
        error={(tried ? tooShort : undefined) ?? submit.fieldError("new_password", "password")}
      />
      <div className={styles.foot}>
        <Button type="submit" variant="primary" busy={submit.busy}>
          {t("Change password")}
        </Button>
      </div>
    </form>
  );
}
