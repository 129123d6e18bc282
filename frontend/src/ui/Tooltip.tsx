import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";
import styles from "./Tooltip.module.css";

interface TooltipProps {
  label: string;
  keys?: string;
  side?: "top" | "bottom" | "left" | "right";
  children: ReactElement;
}

/** Names its one child on hover and on keyboard focus. The child carries its own accessible name. */
export function Tooltip({ label, keys, side = "top", children }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} className={styles.positioner}>
          <Base.Popup className={styles.popup}>
            {label}
            {keys && <kbd className={styles.keys}>{keys}</kbd>}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** Shared delay: once one tooltip is open its neighbours open at once. */
export const TooltipProvider = Base.Provider;
