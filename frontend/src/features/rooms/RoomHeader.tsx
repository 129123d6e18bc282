import {
  Archive, ArrowLeft, Bell, BellOff, BellRing, CheckCheck, EllipsisVertical, LogOut, Pencil, UserPlus, Users,
} from "lucide-react";
import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import type { MyRoom, Notifications } from "../../api/types";
import { membersShown, openOverlay } from "../../app/overlay";
import shell from "../../app/Shell.module.css";
import { t } from "../../i18n";
import { errorText } from "../../i18n/errors";
import { useValue } from "../../store/hooks";
import { IconButton } from "../../ui/IconButton";
import { Menu, type MenuEntry } from "../../ui/Menu";
import { toast } from "../../ui/toast";
import { Presence } from "../people/Presence";
import { markRoomRead } from "../reads/commands";
import { RoomIcon } from "./RoomIcon";
import styles from "./RoomHeader.module.css";
import { setNotifications } from "./commands";
import { canAddMembers, canArchive, canLeave, canRename, otherMember } from "./store";

/** The room's name, what it is about, who is in it, and what one may do with it. */
export function RoomHeader({ room, title }: { room: MyRoom; title: string }) {
  const [, navigate] = useLocation();
  const panel = useValue(membersShown);
  const heading = useRef<HTMLHeadingElement>(null);
  const other = otherMember(room);

  useEffect(() => {
    // On a touch screen the keyboard would jump up from the composer, so the heading takes the focus.
    if (matchMedia("(pointer: coarse)").matches) heading.current?.focus();
  }, [room.id]);

  return (
    <header className={styles.head}>
      <IconButton label={t("Back")} tooltip="none" className={shell.back} onClick={() => navigate("/")}>
        <ArrowLeft size={20} aria-hidden className={styles.arrow} />
      </IconButton>
      <RoomIcon room={room} size={20} />
      <div className={styles.words}>
        <h1 ref={heading} tabIndex={-1} className={styles.title}>
          {title}
        </h1>
        {other ? (
          <Presence user_id={other} />
        ) : (
          room.topic && (
            <p className={styles.topic} title={room.topic}>
              {room.topic}
            </p>
          )
        )}
      </div>
      {room.kind !== "direct" && (
        <IconButton
          label={t("Members: {count}", { count: room.member_count })}
          aria-pressed={panel}
          className={styles.members}
          onClick={() => membersShown.set(!panel)}
        >
          <Users size={19} aria-hidden />
          <span aria-hidden className={styles.count}>
            {room.member_count}
          </span>
        </IconButton>
      )}
      {room.role !== null && (
        <Menu
          trigger={
            <IconButton label={t("Room actions")}>
              <EllipsisVertical size={19} aria-hidden />
            </IconButton>
          }
          items={actions(room)}
        />
      )}
    </header>
  );
}

function actions(room: MyRoom): MenuEntry[] {
  const room_id = room.id;
  const items: MenuEntry[] = [
    { label: t("Mark as read"), icon: <CheckCheck size={17} />, onSelect: () => markRoomRead(room_id) },
  ];
  if (canAddMembers(room)) {
    items.push({
      label: t("Add people"),
      icon: <UserPlus size={17} />,
      onSelect: () => openOverlay({ kind: "addPeople", room_id }),
    });
  }
  if (canRename(room)) {
    items.push({
      label: t("Edit name and topic"),
      icon: <Pencil size={17} />,
      onSelect: () => openOverlay({ kind: "editRoom", room_id }),
    });
  }
  items.push("separator", ...notificationChoices(room));
  if (canLeave(room) || canArchive(room)) items.push("separator");
  if (canLeave(room)) {
    items.push({
      label: t("Leave room"),
      icon: <LogOut size={17} />,
      danger: true,
      onSelect: () => openOverlay({ kind: "leaveRoom", room_id }),
    });
  }
  if (canArchive(room)) {
    items.push({
      label: t("Archive room"),
      icon: <Archive size={17} />,
      danger: true,
      onSelect: () => openOverlay({ kind: "archiveRoom", room_id }),
    });
  }
  return items;
}

/** The two settings that this room does not have now. */
function notificationChoices(room: MyRoom): MenuEntry[] {
  const all: [Notifications, string, typeof Bell][] = [
    ["all", t("Notify me of every message"), BellRing],
    ["mentions", t("Notify me of mentions only"), Bell],
    ["nothing", t("Mute this room"), BellOff],
  ];
  return all
    .filter(([value]) => value !== room.notifications)
    .map(([value, label, Sign]) => ({
      label,
      icon: <Sign size={17} />,
      onSelect: () => {
        setNotifications(room.id, value).catch((error: unknown) => toast(errorText(error), "danger"));
      },
    }));
}
