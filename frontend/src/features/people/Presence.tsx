import type { Id, PresenceState } from "../../api/types";
import { t } from "../../i18n";
import { useRow, useValue } from "../../store/hooks";
import { linkState } from "../../sync/link";
import { PresenceDot } from "../../ui/PresenceDot";
import { myself } from "../accounts/store";
import styles from "./people.module.css";
import { presence } from "./store";

export function presenceLabel(state: PresenceState): string {
  switch (state) {
    case "online":
      return t("Online");
    case "idle":
      return t("Away");
    case "dnd":
      return t("Do not disturb");
    case "offline":
      return t("Offline");
  }
}

/** Whether a person is here, kept up to date. My own follows the connection of this device. */
export function usePresence(user_id: Id): PresenceState {
  const known = useRow(presence, user_id)?.presence;
  const mine = useValue(myself)?.id === user_id;
  const link = useValue(linkState);
  if (mine) return link === "live" ? (known ?? "online") : "offline";
  return known ?? "offline";
}

/** Presence as a dot and a word. */
export function Presence({ user_id }: { user_id: Id }) {
  const state = usePresence(user_id);
  return (
    <span className={styles.presence}>
      <PresenceDot kind={state} />
      {presenceLabel(state)}
    </span>
  );
}
