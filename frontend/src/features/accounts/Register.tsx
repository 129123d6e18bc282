import { type SyntheticEvent, useState } from "react";
import { Link } from "wouter";
import type { Meta } from "../../api/types";
import { t } from "../../i18n";
import { useValue } from "../../store/hooks";
import { Banner } from "../../ui/Banner";
import { Button } from "../../ui/Button";
import { FormError } from "../../ui/FormError";
import { PasswordField, TextField } from "../../ui/TextField";
import { useSubmit } from "../../ui/useSubmit";
import { AuthCard } from "./AuthCard";
import styles from "./AuthCard.module.css";
import { register } from "./commands";
import { meta } from "./store";

const EMPTY = { email: "", username: "", display_name: "", password: "", setup_code: "" };
type Fields = typeof EMPTY;

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/u;

/** What is wrong with a field before asking the server; the server has the last word. */
function complaints(fields: Fields, needsCode: boolean): Partial<Fields> {
  const found: Partial<Fields> = {};
  if (!/^\S+@\S+$/u.test(fields.email.trim())) found.email = t("Enter an email address, like name@example.org");
  if (!/^[a-z0-9_.-]{3,32}$/u.test(fields.username)) {
    found.username = t("Use 3 to 32 of: small letters a–z, digits, dot, dash, underscore");
  }
  const length = [...fields.password].length;
  if (length < 10) found.password = t("Use at least 10 characters");
  if (length > 128) found.password = t("Use at most 128 characters");
  if (needsCode && !fields.setup_code.trim()) found.setup_code = t("Enter the code that the server printed");
  return found;
}

export function Register() {
  const about = useValue(meta);
  const closed = about?.signup === "closed" && !about.setup_required;
  return closed ? <Closed /> : <RegisterForm about={about} />;
}

function Closed() {
  return (
    <AuthCard title={t("Join the conversation")} text={t("This server does not take new accounts.")} foot={<ToSignIn />}>
      <Banner tone="info">{t("New accounts are made by the administrator of this server.")}</Banner>
    </AuthCard>
  );
}

function ToSignIn() {
  return (
    <>
      {t("Have an account?")} <Link href="/">{t("Sign in")}</Link>
    </>
  );
}

function RegisterForm({ about }: { about: Meta | null }) {
  const [fields, setFields] = useState(EMPTY);
  const [tried, setTried] = useState(false);
  const submit = useSubmit(register);

  // Over loopback the person is at the machine itself, and the server asks for no code.
  const needsCode = about?.setup_required === true && !LOOPBACK.test(location.hostname);
  const wrong = tried ? complaints(fields, needsCode) : {};

  const field = (name: keyof Fields) => ({
    name,
    value: fields[name],
    onChange: (event: { target: { value: string } }) => setFields({ ...fields, [name]: event.target.value }),
    error: wrong[name] ?? submit.fieldError(name),
  });

  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(complaints(fields, needsCode)).length > 0) return;
    const display_name = fields.display_name.trim();
    const setup_code = fields.setup_code.trim();
    void submit.run({
      email: fields.email.trim(),
      username: fields.username,
      password: fields.password,
      ...(display_name ? { display_name } : {}),
      ...(needsCode ? { setup_code } : {}),
    });
  };

  return (
    <AuthCard
      title={about?.setup_required ? t("Set up this server") : t("Join the conversation")}
      text={
        about?.setup_required
          ? t("The first account becomes the owner of this server.")
          : t("Choose a name that others will recognise.")
      }
      foot={<ToSignIn />}
    >
      <form className={styles.form} onSubmit={onSubmit} noValidate aria-label={t("Create account")}>
        <FormError>{submit.formError("email", "username", "display_name", "password", "setup_code")}</FormError>
        {needsCode && (
          <TextField
            label={t("Setup code")}
            hint={t("Shown once in the terminal where the server was started.")}
            autoComplete="one-time-code"
            spellCheck={false}
            required
            {...field("setup_code")}
          />
        )}
        <TextField label={t("Email")} type="email" autoComplete="email" autoFocus required {...field("email")} />
        <div className={styles.pair}>
          <TextField
            label={t("Username")}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={32}
            required
            {...field("username")}
            onChange={(event) => setFields({ ...fields, username: event.target.value.toLowerCase() })}
          />
          <TextField
            label={t("Display name")}
            placeholder={t("Optional")}
            autoComplete="name"
            maxLength={80}
            {...field("display_name")}
          />
        </div>
        <PasswordField
          label={t("Password")}
          hint={t("At least 10 characters. A few unrelated words work well.")}
          autoComplete="new-password"
          required
          {...field("password")}
        />
        <Button type="submit" variant="primary" wide busy={submit.busy}>
          {t("Create account")}
        </Button>
      </form>
    </AuthCard>
  );
}
