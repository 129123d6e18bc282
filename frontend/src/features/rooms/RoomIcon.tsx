import { Hash, Lock, Users } from "lucide-react";
import type { Room } from "../../api/types";
import { PersonAvatar } from "../people/PersonAvatar";
import { otherMember } from "./store";
import styles from "./RoomIcon.module.css";

/** What kind of room it is, at a glance: a sign for channels and groups, the person for a direct one. */
export function RoomIcon({ room, size = 18 }: { room: Room; size?: number }) {
  const other = otherMember(room);
  if (other) return <PersonAvatar id={other} size="small" dot />;
  const Sign = room.kind === "group" ? Users : room.visibility === "private" ? Lock : Hash;
  return (
    <span className={styles.sign}>
      <Sign size={size} aria-hidden />
    </span>
  );
}
