import { Toast as Base } from "@base-ui/react/toast";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { t } from "../i18n";
import { cx } from "./cx";
import styles from "./Toast.module.css";

const manager = Base.createToastManager();

/** Shows a short notice for five seconds. Callable from anywhere; `danger` is read out at once. */
export function toast(text: string, tone: "plain" | "danger" = "plain"): void {
  manager.add({ description: text, type: tone, priority: tone === "danger" ? "high" : "low", timeout: 5000 });
}

/** Where toasts appear. Stands once, at the root. */
export function ToastHost() {
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
