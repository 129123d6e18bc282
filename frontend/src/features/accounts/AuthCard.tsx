import { type ReactNode, useEffect } from "react";
import { t } from "../../i18n";
import { setTitle } from "../../lib/title";
import { useValue } from "../../store/hooks";
import { Mark } from "../../ui/Mark";
import { loadMeta } from "./commands";
import styles from "./AuthCard.module.css";
import { meta } from "./store";

/** The one card before the door: the server's name, a form, and the way to the other form. */
export function AuthCard(props: { title: string; text: string; children: ReactNode; foot: ReactNode }) {
  const about = useValue(meta);
  useEffect(() => setTitle(props.title), [props.title]);
  useEffect(() => {
    // Without it the card still works; the name and the setup hint are missing until it answers.
    loadMeta().catch(() => undefined);
  }, []);

  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <header className={styles.head}>
          <span className={styles.brand}>
            <Mark size={30} />
            <span className={styles.server}>{about?.name ?? "Confab"}</span>
          </span>
          <h1 className={styles.title}>{props.title}</h1>
          <p className={styles.text}>{props.text}</p>
        </header>
        {props.children}
        <p className={styles.foot}>{props.foot}</p>
      </div>
      <p className={styles.legend}>
        {about ? t("Confab {version}, running on your own server", { version: about.version }) : ""}
      </p>
    </main>
  );
}
