import { CircleAlert } from "lucide-react";
import styles from "./FormError.module.css";

/** Why a form was refused as a whole, read out as soon as it appears. */
export function FormError({ children }: { children: string | undefined }) {
  if (!children) return null;
  return (
    <p role="alert" className={styles.error}>
      <CircleAlert size={18} aria-hidden />
      <span>{children}</span>
    </p>
  );
}
