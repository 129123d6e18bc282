import { Menu as Base } from "@base-ui/react/menu";
import { cx } from "./cx";
import type { MenuProps } from "./Menu";
import styles from "./Menu.module.css";

/** The menu itself, opened as soon as it is here. Stands in a chunk of its own. */
export default function MenuBody({ trigger, items, side = "bottom", align = "end" }: MenuProps) {
  return (
    <Base.Root defaultOpen>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={6} className={styles.positioner}>
          <Base.Popup className={styles.popup}>
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
