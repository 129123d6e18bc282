import { isMac } from "../lib/platform";
import { t } from "../i18n";
import { Dialog } from "../ui/Dialog";
import styles from "./Shortcuts.module.css";

/** Every key that does something, in one sheet. */
export default function Shortcuts({ onClose }: { onClose(): void }) {
  const command = isMac ? "⌘" : "Ctrl";
  const option = isMac ? "⌥" : "Alt";
  const groups: { title: string; keys: [string, string[]][] }[] = [
    {
      title: t("Everywhere"),
      keys: [
        [t("Go to a room, a person or an action"), [command, "K"]],
        [t("Show these shortcuts"), [command, "/"]],
        [t("Room above, room below"), [option, "↑ ↓"]],
        [t("Unread room above, below"), [t("Shift"), option, "↑ ↓"]],
        [t("Mark the room as read"), ["Esc"]],
      ],
    },
    {
      title: t("Writing"),
      keys: [
        [t("Send"), ["Enter"]],
        [t("New line"), [t("Shift"), "Enter"]],
        [t("Edit your last message"), ["↑"]],
        [t("Cancel a reply or an edit"), ["Esc"]],
      ],
    },
    {
      title: t("Among messages"),
      keys: [
        [t("Message above, below"), ["↑ ↓"]],
        [t("Along the actions of a message"), ["← →"]],
        [t("Back to writing"), ["Esc"]],
      ],
    },
    {
      title: t("Formatting"),
      keys: [
        [t("Bold"), ["**…**"]],
        [t("Italic"), ["*…*"]],
        [t("Struck through"), ["~~…~~"]],
        [t("Code"), ["`…`"]],
        [t("Block of code"), ["```"]],
        [t("Quote"), ["> …"]],
      ],
    },
  ];
  return (
    <Dialog title={t("Keyboard shortcuts")} onClose={onClose} width="wide">
      <div className={styles.groups}>
        {groups.map((group) => (
          <section key={group.title}>
            <h3 className={styles.title}>{group.title}</h3>
            <dl className={styles.list}>
              {group.keys.map(([what, keys]) => (
                <div key={what} className={styles.line}>
                  <dt>{what}</dt>
                  <dd>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
