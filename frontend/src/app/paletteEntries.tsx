import {
  Compass, House, Keyboard, LogOut, Moon, Palette as PaletteIcon, Plus, Settings, Sun, UserRound, UserRoundPen,
} from "lucide-react";
import type { ReactNode } from "react";
import type { MyRoom, User } from "../api/types";
import { updateSettings } from "../features/accounts/commands";
import { myself } from "../features/accounts/store";
import { openDirect } from "../features/rooms/commands";
import { RoomIcon } from "../features/rooms/RoomIcon";
import { rooms, roomTitle } from "../features/rooms/store";
import { personName } from "../features/people/store";
import { t } from "../i18n";
import { errorText } from "../i18n/errors";
import { Avatar } from "../ui/Avatar";
import { toast } from "../ui/toast";
import { leave } from "./leave";
import { openOverlay } from "./overlay";

export interface PaletteEntry {
  key: string;
  label: string;
  hint?: string;
  icon: ReactNode;
  run(): void;
}

interface Ways {
  navigate(path: string): void;
  close(): void;
}

const MOST = 8;

/** What fits the words typed, best first; without words the rooms of late and every action. */
export function paletteEntries(q: string, found: User[], ways: Ways): { title: string; entries: PaletteEntry[] }[] {
  const groups = [
    { title: t("Rooms"), entries: roomEntries(q, ways) },
    { title: t("People"), entries: personEntries(found, ways) },
    { title: t("Actions"), entries: actionEntries(q, ways) },
  ];
  return groups.filter((group) => group.entries.length > 0);
}

/** 0: does not match; higher is better: the beginning, the beginning of a word, anywhere. */
function fit(text: string, q: string): number {
  const [inside, wanted] = [text.toLocaleLowerCase(), q.trim().toLocaleLowerCase()];
  if (wanted === "") return 1;
  if (inside.startsWith(wanted)) return 3;
  if (inside.split(/[\s._-]+/u).some((word) => word.startsWith(wanted))) return 2;
  return inside.includes(wanted) ? 1 : 0;
}

function roomEntries(q: string, { navigate, close }: Ways): PaletteEntry[] {
  const recent = (room: MyRoom) => room.last_message_at ?? room.created_at;
  return [...rooms.values()]
    .map((room) => ({ room, title: roomTitle(room) }))
    .map(({ room, title }) => ({ room, title, score: fit(title, q) }))
    .filter(({ room, score }) => score > 0 && (room.archived_at === null || q.trim() !== ""))
    .sort(
      (a, b) =>
        b.score - a.score ||
        Math.sign(b.room.unread_count) - Math.sign(a.room.unread_count) ||
        recent(b.room).localeCompare(recent(a.room)),
    )
    .slice(0, MOST)
    .map(({ room, title }) => ({
      key: `room-${room.id}`,
      label: title,
      icon: <RoomIcon room={room} />,
      ...(room.archived_at !== null ? { hint: t("Archived") } : {}),
      run: () => {
        close();
        navigate(`/r/${room.id}`);
      },
    }));
}

function personEntries(found: User[], { navigate, close }: Ways): PaletteEntry[] {
  return found
    .filter((user) => user.id !== myself.get()?.id)
    .slice(0, MOST)
    .map((user) => ({
      key: `person-${user.id}`,
      label: personName(user),
      hint: `@${user.username}`,
      icon: <Avatar id={user.id} name={personName(user)} size="small" />,
      run: () => {
        close();
        openDirect(user.id).then((room) => navigate(`/r/${room.id}`), report);
      },
    }));
}

function actionEntries(q: string, { navigate, close }: Ways): PaletteEntry[] {
  const go = (path: string) => () => {
    close();
    navigate(path);
  };
  const theme = (value: "light" | "dark") => () => {
    close();
    updateSettings({ theme: value }).catch(report);
  };
  const all: PaletteEntry[] = [
    {
      key: "new-room",
      label: t("New room"),
      icon: <Plus size={18} />,
      run: () => openOverlay({ kind: "newRoom", roomKind: "channel" }),
    },
    {
      key: "message",
      label: t("Message someone"),
      icon: <UserRound size={18} />,
      run: () => openOverlay({ kind: "newRoom", roomKind: "direct" }),
    },
    { key: "find", label: t("Find rooms"), icon: <Compass size={18} />, run: go("/discover") },
    { key: "home", label: t("Home"), icon: <House size={18} />, run: go("/") },
    { key: "profile", label: t("Your profile"), icon: <UserRoundPen size={18} />, run: go("/settings/profile") },
    { key: "account", label: t("Account and sessions"), icon: <Settings size={18} />, run: go("/settings/account") },
    { key: "look", label: t("Appearance"), icon: <PaletteIcon size={18} />, run: go("/settings/appearance") },
    { key: "light", label: t("Light theme"), icon: <Sun size={18} />, run: theme("light") },
    { key: "dark", label: t("Dark theme"), icon: <Moon size={18} />, run: theme("dark") },
    {
      key: "keys",
      label: t("Keyboard shortcuts"),
      icon: <Keyboard size={18} />,
      run: () => openOverlay({ kind: "shortcuts" }),
    },
    {
      key: "leave",
      label: t("Sign out"),
      icon: <LogOut size={18} />,
      run: () => {
        close();
        leave();
      },
    },
  ];
  return all
    .map((entry) => ({ entry, score: fit(entry.label, q) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ entry }) => entry);
}

const report = (error: unknown): void => toast(errorText(error), "danger");
