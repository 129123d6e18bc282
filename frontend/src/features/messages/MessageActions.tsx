import { BellDot, Copy, Ellipsis, Link2, Pencil, Reply, Trash2 } from "lucide-react";
import type { Message } from "../../api/types";
import { openOverlay } from "../../app/overlay";
import { t } from "../../i18n";
import { errorText } from "../../i18n/errors";
import { IconButton } from "../../ui/IconButton";
import { Menu, type MenuEntry } from "../../ui/Menu";
import { toast } from "../../ui/toast";
import { markUnreadFrom } from "../reads/commands";
import styles from "./MessageRow.module.css";
import { useConversation } from "./conversation";

/** What one may do with a message. One stop for the Tab key; the arrow keys go along it. */
export function MessageActions({ message, mine }: { message: Message; mine: boolean }) {
  const { writable, staff, edit, reply } = useConversation();
  return (
    <div role="toolbar" aria-label={t("Message actions")} className={styles.actions}>
      {writable && (
        <IconButton size="small" label={t("Reply")} tooltip="top" onClick={() => reply(message)}>
          <Reply size={17} aria-hidden />
        </IconButton>
      )}
      {writable && mine && (
        <IconButton size="small" tabIndex={-1} label={t("Edit")} tooltip="top" onClick={() => edit(message.id)}>
          <Pencil size={16} aria-hidden />
        </IconButton>
      )}
      {writable && (mine || staff) && (
        <IconButton
          size="small"
          tabIndex={-1}
          tone="danger"
          label={t("Delete")}
          tooltip="top"
          onClick={() => openOverlay({ kind: "deleteMessage", message })}
        >
          <Trash2 size={16} aria-hidden />
        </IconButton>
      )}
      <Menu
        trigger={
          <IconButton size="small" tabIndex={writable ? -1 : 0} label={t("More actions")} tooltip="none">
            <Ellipsis size={17} aria-hidden />
          </IconButton>
        }
        items={more(message, mine)}
      />
    </div>
  );
}

function more(message: Message, mine: boolean): MenuEntry[] {
  const items: MenuEntry[] = [];
  // Only secure pages may write to the clipboard.
  if (window.isSecureContext) {
    items.push(
      {
        label: t("Copy text"),
        icon: <Copy size={17} />,
        onSelect: () => copy(message.body),
      },
      {
        label: t("Copy link"),
        icon: <Link2 size={17} />,
        onSelect: () => copy(`${location.origin}/r/${message.room_id}/${message.seq}`),
      },
    );
  }
  if (!mine) {
    items.push({
      label: t("Mark unread from here"),
      icon: <BellDot size={17} />,
      onSelect: () => {
        markUnreadFrom(message.room_id, message.seq).catch((error: unknown) => toast(errorText(error), "danger"));
      },
    });
  }
  if (items.length === 0) items.push({ label: t("Nothing else to do here"), disabled: true, onSelect: () => undefined });
  return items;
}

function copy(text: string): void {
  navigator.clipboard.writeText(text).then(
    () => toast(t("Copied")),
    () => toast(t("The browser did not allow copying."), "danger"),
  );
}
