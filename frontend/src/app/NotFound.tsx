import { Compass } from "lucide-react";
import { useEffect } from "react";
import { Link } from "wouter";
import { t } from "../i18n";
import { setTitle } from "../lib/title";
import { EmptyState } from "../ui/EmptyState";
import shell from "./Shell.module.css";

export function NotFound() {
  const title = t("There is nothing at this address");
  useEffect(() => setTitle(title), [title]);
  return (
    <main id="main" className={shell.main} tabIndex={-1}>
      <EmptyState wholePage icon={<Compass size={26} />} title={title} actions={<Link href="/">{t("Go home")}</Link>}>
        {t("The link may be old or mistyped.")}
      </EmptyState>
    </main>
  );
}
