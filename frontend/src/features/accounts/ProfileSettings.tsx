import { type SyntheticEvent, useState } from "react";
import { t } from "../../i18n";
import { useValue } from "../../store/hooks";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { FormError } from "../../ui/FormError";
import { TextField } from "../../ui/TextField";
import { toast } from "../../ui/toast";
import { useSubmit } from "../../ui/useSubmit";
import styles from "./Settings.module.css";
import { type MeChange, updateMe } from "./commands";
import { me as whoAmI, myself } from "./store";

/** How others see me. */
export function ProfileSettings() {
  const me = useValue(myself);
  const [displayName, setDisplayName] = useState(() => whoAmI().display_name);
  const [username, setUsername] = useState(() => whoAmI().username);
  const submit = useSubmit(async (change: MeChange) => {
    await updateMe(change);
    toast(t("Profile saved"));
  });
  if (!me) return null;

  const change: MeChange = {
    ...(displayName.trim() !== me.display_name ? { display_name: displayName.trim() } : {}),
    ...(username !== me.username ? { username } : {}),
  };
  const unchanged = Object.keys(change).length === 0;

  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!unchanged) void submit.run(change);
  };

  return (
    <form className={styles.group} onSubmit={onSubmit} noValidate>
      <div className={styles.person}>
        <Avatar id={me.id} name={displayName || username} size="large" />
        <div>
          <p className={styles.personName}>{displayName.trim() || username}</p>
          <bdi className={styles.quiet}>@{username}</bdi>
        </div>
      </div>
      <FormError>{submit.formError("display_name", "username")}</FormError>
      <TextField
        label={t("Display name")}
        hint={t("The name that stands beside your messages.")}
        maxLength={80}
        autoComplete="name"
        value={displayName}
        onChange={(event) => setDisplayName(event.target.value)}
        error={submit.fieldError("display_name")}
      />
      <TextField
        label={t("Username")}
        hint={t("Short and unique: others find you by it. Small letters, digits, dot, dash, underscore.")}
        maxLength={32}
        autoCapitalize="none"
        spellCheck={false}
        autoComplete="username"
        value={username}
        onChange={(event) => setUsername(event.target.value.toLowerCase())}
        error={submit.fieldError("username")}
      />
      <div className={styles.foot}>
        <Button type="submit" variant="primary" busy={submit.busy} disabled={unchanged}>
          {t("Save")}
        </Button>
      </div>
    </form>
  );
}
