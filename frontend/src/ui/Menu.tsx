import { cloneElement, lazy, type ReactElement, type ReactNode, Suspense, useState } from "react";

export type MenuEntry =
  | { label: string; icon?: ReactNode; danger?: boolean; disabled?: boolean; onSelect(): void }
  | "separator";

export interface MenuProps {
  /** The button that opens it; it carries the accessible name. */
  trigger: ReactElement<MenuTriggerProps>;
  items: MenuEntry[];
  side?: "top" | "bottom";
  align?: "start" | "end";
}

interface MenuTriggerProps {
  "aria-haspopup"?: "menu";
  "aria-expanded"?: boolean;
  onClick?(): void;
  onPointerEnter?(): void;
  onFocus?(): void;
}

const load = () => import("./MenuBody");
const MenuBody = lazy(load);
const preload = (): void => void load();

/** A button with a menu. What draws the menu is fetched when the button is approached. */
export function Menu(props: MenuProps) {
  const [wanted, setWanted] = useState(false);
  const closed = cloneElement(props.trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onClick: () => setWanted(true),
    onPointerEnter: preload,
    onFocus: preload,
  });
  if (!wanted) return closed;
  return (
    <Suspense fallback={closed}>
      <MenuBody {...props} />
    </Suspense>
  );
}
