import { ArrowLeft, KeyRound, Palette, UserRoundPen } from "lucide-react";
import { type ComponentType, useEffect } from "react";
import { Link, useLocation } from "wouter";
import shell from "../../app/Shell.module.css";
import { t } from "../../i18n";
import { setTitle } from "../../lib/title";
import { IconButton } from "../../ui/IconButton";
import { AccountSettings } from "./AccountSettings";
import { AppearanceSettings } from "./AppearanceSettings";
import { ProfileSettings } from "./ProfileSettings";
import styles from "./Settings.module.css";

interface Section {
  id: string;
  label: string;
  icon: ComponentType<{ size?: number; "aria-hidden"?: boolean }>;
  body: ComponentType;
}

/** What a person may change about themselves and about this client, by section. */
export default function SettingsScreen({ section }: { section: string }) {
  const [, navigate] = useLocation();
  const sections: Section[] = [
    { id: "profile", label: t("Profile"), icon: UserRoundPen, body: ProfileSettings },
    { id: "account", label: t("Account"), icon: KeyRound, body: AccountSettings },
    { id: "appearance", label: t("Appearance"), icon: Palette, body: AppearanceSettings },
  ];
  const open = sections.find((one) => one.id === section) ?? sections[0];
  const title = open?.label ?? "";
  useEffect(() => setTitle(`${title} · ${t("Settings")}`), [title]);
  if (!open) return null;
  const Body = open.body;

  return (
    <main id="main" className={shell.main} tabIndex={-1}>
      <section aria-label={t("Settings")} className={styles.settings}>
        <nav aria-label={t("Settings sections")} className={styles.nav}>
          <header className={styles.navHead}>
            <IconButton label={t("Back")} tooltip="none" onClick={() => navigate("/")}>
              <ArrowLeft size={20} aria-hidden />
            </IconButton>
            <h1>{t("Settings")}</h1>
          </header>
          <ul className={styles.sections}>
            {sections.map(({ id, label, icon: Icon }) => (
              <li key={id}>
                <Link href={`/settings/${id}`} aria-current={id === open.id ? "page" : undefined} className={styles.link}>
                  <Icon size={18} aria-hidden />
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className={styles.body}>
          <div className={styles.column}>
            <h2 className={styles.title}>{open.label}</h2>
            <Body />
          </div>
        </div>
      </section>
    </main>
  );
}
