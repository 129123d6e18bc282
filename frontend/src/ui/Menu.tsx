import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";
import { cx } from "./cx";
import styles from "./Menu.module.css";

export type MenuEntry =
  | { label: string; icon?: ReactNode; danger?: boolean; disabled?: boolean; onSelect(): void }
  | "separator";

interface MenuProps {
  /** The button that opens it; it carries the accessible name. */
  trigger: ReactElement;
  items: MenuEntry[];
  side?: "top" | "bottom";
  align?: "start" | "end";
  /** Above the items: who or what the menu is about. */
  head?: ReactNode;
}

export function Menu({ trigger, items, side = "bottom", align = "end", head }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={6} className={styles.positioner}>
          <Base.Popup className={styles.popup}>
            {head && <div className={styles.head}>{head}</div>}
            {items.map((item, index) =>
              item === "separator" ? (
                <Base.Separator key={index} className={styles.separator} />
              ) : (
                <Base.Item
                  key={item.label}
                  disabled={item.disabled ?? false}
                  className={cx(styles.item, item.danger && styles.danger)}
                  onClick={item.onSelect}
                >
                  {item.icon}
                  {item.label}
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
