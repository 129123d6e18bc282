import { Skeleton } from "../ui/Skeleton";
import { Mark } from "../ui/Mark";
import styles from "./Shell.module.css";

/** The shell's outline while the first snapshot is on its way. */
export function Splash() {
  return (
    <div className={styles.shell} data-at="splash">
      <div className={styles.rail}>
        <span className={styles.brand}>
          <Mark />
        </span>
      </div>
      <div className={styles.sidebar}>
        <div className={styles.sidebarHead} />
        <Skeleton rows={7} shape="line" />
      </div>
      <main className={styles.main} />
    </div>
  );
}
