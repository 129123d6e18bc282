import { Monitor, Moon, Sun } from "lucide-react";
import type { Theme } from "../../api/types";
import { locales, t } from "../../i18n";
import { errorText } from "../../i18n/errors";
import { useValue } from "../../store/hooks";
import { ChoiceGroup } from "../../ui/ChoiceGroup";
import { Select } from "../../ui/Select";
import { Switch } from "../../ui/Switch";
import { toast } from "../../ui/toast";
import styles from "./Settings.module.css";
import { updateSettings } from "./commands";
import { settings } from "./store";

/** How this client looks and which language it speaks, on all my devices. */
export function AppearanceSettings() {
  const { theme, density, language } = useValue(settings);
  const change = (wanted: Parameters<typeof updateSettings>[0]) => {
    updateSettings(wanted).catch((error: unknown) => toast(errorText(error), "danger"));
  };
  return (
    <div className={styles.group}>
      <ChoiceGroup<Theme>
        label={t("Theme")}
        value={theme}
        onChange={(value) => change({ theme: value })}
        options={[
          { value: "system", label: t("Like the system"), icon: <Monitor size={17} aria-hidden /> },
          { value: "light", label: t("Light"), icon: <Sun size={17} aria-hidden /> },
          { value: "dark", label: t("Dark"), icon: <Moon size={17} aria-hidden /> },
        ]}
      />
      <Switch
        label={t("Compact")}
        hint={t("Smaller pictures and less space: more messages on the screen.")}
        checked={density === "compact"}
        onChange={(compact) => change({ density: compact ? "compact" : "comfortable" })}
      />
      <Select
        label={t("Language")}
        value={language || "auto"}
        onChange={(value) => change({ language: value === "auto" ? "" : value })}
        options={[
          { value: "auto", label: t("Like the browser") },
          ...locales.map(({ code, name }) => ({ value: code, label: name })),
        ]}
      />
    </div>
  );
}
