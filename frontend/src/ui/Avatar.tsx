import type { CSSProperties } from "react";
import { hue, initials } from "../lib/text";
import { cx } from "./cx";
import { PresenceDot, type PresenceKind } from "./PresenceDot";
import styles from "./Avatar.module.css";

interface AvatarProps {
  /** Decides the colour, so that a new name keeps it. */
  id: string;
  name: string;
  size?: "tiny" | "small" | "row" | "large";
  shape?: "person" | "room";
  presence?: { kind: PresenceKind; label: string } | null;
}

/** Initials on a colour of their own. Decoration: the name always stands beside it. */
export function Avatar({ id, name, size = "row", shape = "person", presence }: AvatarProps) {
  return (
    <span
      className={cx(styles.avatar, styles[size], styles[shape])}
      style={{ "--avatar-hue": hue(id) } as CSSProperties}
    >
      <span aria-hidden>{initials(name)}</span>
      {presence && <PresenceDot kind={presence.kind} label={presence.label} className={styles.presence} />}
    </span>
  );
}
