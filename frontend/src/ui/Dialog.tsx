import { Dialog as Base } from "@base-ui/react/dialog";
import { AlertDialog } from "@base-ui/react/alert-dialog";
import { X } from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { t } from "../i18n";
import { Button } from "./Button";
import { IconButton } from "./IconButton";
import { cx } from "./cx";
import styles from "./Dialog.module.css";

interface DialogProps {
  title: string;
  /** One sentence under the title. */
  text?: ReactNode;
  onClose(): void;
  children: ReactNode;
  width?: "narrow" | "medium" | "wide";
  /** Where the focus goes first; otherwise to the first control. */
  initialFocus?: RefObject<HTMLElement | null>;
}

/**
 * A modal dialog that exists only while it is open. Focus goes in, stays in and returns to
 * where it was; Escape, the close button and a click beside it close it.
 */
export function Dialog({ title, text, onClose, children, width = "medium", initialFocus }: DialogProps) {
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup className={cx(styles.popup, styles[width])} {...(initialFocus ? { initialFocus } : {})}>
            <header className={styles.head}>
              <div>
                <Base.Title className={styles.title}>{title}</Base.Title>
                {text && <Base.Description className={styles.text}>{text}</Base.Description>}
              </div>
              <Base.Close render={<IconButton label={t("Close")} tooltip="none" />}>
                <X size={18} aria-hidden />
              </Base.Close>
            </header>
            {children}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

interface ConfirmProps {
  title: string;
  text: ReactNode;
  confirmLabel: string;
  busy?: boolean;
  error?: string | null | undefined;
  onConfirm(): void;
  onClose(): void;
  children?: ReactNode;
}

/** Asks before something that cannot be taken back. The focus starts on the harmless button. */
export function Confirm(props: ConfirmProps) {
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && props.onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Viewport className={styles.viewport}>
          <AlertDialog.Popup className={cx(styles.popup, styles.narrow)}>
            <div>
              <AlertDialog.Title className={styles.title}>{props.title}</AlertDialog.Title>
              <AlertDialog.Description className={styles.text}>{props.text}</AlertDialog.Description>
            </div>
            {props.children}
            {props.error && (
              <p role="alert" className={styles.error}>
                {props.error}
              </p>
            )}
            <div className={styles.foot}>
              <AlertDialog.Close render={<Button>{t("Cancel")}</Button>} />
              <Button variant="danger" busy={props.busy ?? false} onClick={props.onConfirm}>
                {props.confirmLabel}
              </Button>
            </div>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

/** The row of buttons at the end of a dialog. */
export function DialogFoot({ children }: { children: ReactNode }) {
  return <div className={styles.foot}>{children}</div>;
}
