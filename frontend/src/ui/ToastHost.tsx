import { Toast as Base } from "@base-ui/react/toast";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useEffect } from "react";
import { t } from "../i18n";
import { cx } from "./cx";
import { deliverTo, type Notice } from "./toast";
import styles from "./Toast.module.css";

const manager = Base.createToastManager();
const SHOWN_MS = 5000;

function show({ text, tone }: Notice): void {
  const priority = tone === "danger" ? "high" : "low";
  manager.add({ description: text, type: tone, priority, timeout: SHOWN_MS });
}

/** Where toasts appear. Stands once, at the root. */
export default function ToastHost() {
  useEffect(() => deliverTo(show), []);
  return (
    <Base.Provider toastManager={manager} limit={3}>
      <Base.Portal>
        <Base.Viewport className={styles.viewport} aria-label={t("Notices")}>
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function ToastList() {
  const { toasts } = Base.useToastManager();
  return toasts.map((one) => (
    <Base.Root key={one.id} toast={one} className={cx(styles.toast, one.type === "danger" && styles.danger)}>
      <Base.Content className={styles.content}>
        {one.type === "danger" ? <CircleAlert size={18} aria-hidden /> : <CircleCheck size={18} aria-hidden />}
        <Base.Description className={styles.text} />
        <Base.Close className={styles.close} aria-label={t("Close")}>
          <X size={16} aria-hidden />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ));
}
