import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { t } from "../../i18n";
import styles from "./Markdown.module.css";

/** Code as it was typed, with a button that copies it. */
export function CodeBlock({ code, language }: { code: string; language: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);

  return (
    <div className={styles.block}>
      <pre tabIndex={0} role="region" aria-label={language ? t("Code, {language}", { language }) : t("Code")}>
        <code>{code}</code>
      </pre>
      {/* Only secure pages may write to the clipboard. */}
      {window.isSecureContext && (
        <button
          type="button"
          className={styles.copy}
          aria-label={copied ? t("Copied") : t("Copy code")}
          onClick={() => void navigator.clipboard.writeText(code).then(() => setCopied(true))}
        >
          {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
        </button>
      )}
    </div>
  );
}
