import { Monitor, Smartphone } from "lucide-react";
import { useEffect, useState } from "react";
import type { Session } from "../../api/types";
import { formatDate, formatRelative, t } from "../../i18n";
import { errorText } from "../../i18n/errors";
import { useTable } from "../../store/hooks";
import { Button } from "../../ui/Button";
import { FormError } from "../../ui/FormError";
import { Skeleton } from "../../ui/Skeleton";
import { toast } from "../../ui/toast";
import { useSubmit } from "../../ui/useSubmit";
import styles from "./Settings.module.css";
import { endOtherSessions, endSession, loadSessions } from "./commands";
import { sessions } from "./store";

/** The devices that are signed in, each with a way to end it. */
export function SessionList() {
  const list = useTable(sessions, (table) =>
    [...table.values()].sort(
      (a, b) => Number(b.current) - Number(a.current) || b.last_seen_at.localeCompare(a.last_seen_at),
    ),
  );
  const [refusal, setRefusal] = useState<string | undefined>();
  const others = useSubmit(async () => {
    await endOtherSessions();
    toast(t("Your other sessions were signed out"));
  });

  useEffect(() => {
    let left = false;
    loadSessions().catch((error: unknown) => !left && setRefusal(errorText(error)));
    return () => {
      left = true;
    };
  }, []);

  return (
    <section className={styles.group} aria-labelledby="sessions-title">
      <h3 id="sessions-title">{t("Where you are signed in")}</h3>
      <p className={styles.about}>{t("End a session that you do not know, and change your password.")}</p>
      <FormError>{refusal ?? others.formError()}</FormError>
      {list.length === 0 && !refusal && <Skeleton rows={2} shape="line" />}
      <ul className={styles.sessions} aria-label={t("Sessions")}>
        {list.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </ul>
      {list.length > 1 && (
        <div className={styles.foot}>
          <Button busy={others.busy} onClick={() => void others.run()}>
            {t("Sign out all other sessions")}
          </Button>
        </div>
      )}
    </section>
  );
}

function SessionRow({ session }: { session: Session }) {
  const end = useSubmit(() => endSession(session.id).catch((error: unknown) => toast(errorText(error), "danger")));
  const agent = session.user_agent ?? "";
  const Sign = /Mobi|Android|iPhone/u.test(agent) ? Smartphone : Monitor;
  const name = deviceName(agent);
  return (
    <li className={styles.session}>
      <Sign size={20} aria-hidden />
      <div className={styles.sessionWords}>
        <span className={styles.sessionName}>{name}</span>
        <span className={styles.quiet}>
          {session.address && <>{session.address} · </>}
          <time dateTime={session.last_seen_at} title={formatDate(session.last_seen_at)}>
            {t("active {when}", { when: formatRelative(session.last_seen_at) })}
          </time>
        </span>
      </div>
      {session.current ? (
        <span className={styles.here}>{t("This device")}</span>
      ) : (
        <Button size="small" busy={end.busy} aria-label={t("Sign out {device}", { device: name })} onClick={() => void end.run()}>
          {t("Sign out")}
        </Button>
      )}
    </li>
  );
}

/** "Firefox on Linux" out of what a browser says about itself. */
function deviceName(agent: string): string {
  const browser = /Edg\//u.test(agent)
    ? "Edge"
    : /Firefox\//u.test(agent)
      ? "Firefox"
      : /Chrom(e|ium)\//u.test(agent)
        ? "Chrome"
        : /Safari\//u.test(agent)
          ? "Safari"
          : null;
  const system = /Android/u.test(agent)
    ? "Android"
    : /iPhone|iPad/u.test(agent)
      ? "iOS"
      : /Mac OS X/u.test(agent)
        ? "macOS"
        : /Windows/u.test(agent)
          ? "Windows"
          : /Linux/u.test(agent)
            ? "Linux"
            : null;
  if (browser && system) return t("{browser} on {system}", { browser, system });
  return browser ?? (agent.split(/[ /]/u)[0] || t("Unknown device"));
}
