import { type SyntheticEvent, useState } from "react";
import { Link } from "wouter";
import { t } from "../../i18n";
import { useValue } from "../../store/hooks";
import { Banner } from "../../ui/Banner";
import { Button } from "../../ui/Button";
import { FormError } from "../../ui/FormError";
import { PasswordField, TextField } from "../../ui/TextField";
import { useSubmit } from "../../ui/useSubmit";
import { AuthCard } from "./AuthCard";
import styles from "./AuthCard.module.css";
import { signIn } from "./commands";
import { meta } from "./store";

export function SignIn() {
  const about = useValue(meta);
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const submit = useSubmit(signIn);
  const missing = (value: string) => (tried && !value ? t("Fill this in to sign in") : undefined);

  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (login.trim() && password) void submit.run({ login: login.trim(), password });
  };

  return (
    <AuthCard
      title={t("Welcome back")}
      text={t("Sign in to pick up where you left off.")}
      foot={
        about?.signup === "closed" && !about.setup_required ? (
          t("New accounts are made by the administrator of this server.")
        ) : (
          <>
            {t("New here?")} <Link href="/register">{t("Create an account")}</Link>
          </>
        )
      }
    >
      {about?.setup_required && (
        <Banner tone="info">{t("This server is new: the first account made here becomes its owner.")}</Banner>
      )}
      <form className={styles.form} onSubmit={onSubmit} noValidate aria-label={t("Sign in")}>
        <FormError>{submit.formError("login", "password", "credentials")}</FormError>
        <TextField
          label={t("Email or username")}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
          value={login}
          onChange={(event) => setLogin(event.target.value)}
          error={submit.fieldError("login") ?? missing(login.trim())}
        />
        <PasswordField
          label={t("Password")}
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={submit.fieldError("password", "credentials") ?? missing(password)}
        />
        <Button type="submit" variant="primary" wide busy={submit.busy}>
          {t("Sign in")}
        </Button>
      </form>
    </AuthCard>
  );
}
