import { Dialog as Base } from "@base-ui/react/dialog";
import { Search } from "lucide-react";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { useLocation } from "wouter";
import { usePeopleSearch } from "../features/people/usePeopleSearch";
import { t } from "../i18n";
import { cx } from "../ui/cx";
import dialog from "../ui/Dialog.module.css";
import styles from "./Palette.module.css";
import { paletteEntries } from "./paletteEntries";

/** One field that leads everywhere: rooms, people, actions. */
export default function Palette({ onClose }: { onClose(): void }) {
  const [, navigate] = useLocation();
  const [q, setQ] = useState("");
  const [at, setAt] = useState(0);
  const { found } = usePeopleSearch(q, q.trim() !== "");
  const id = useId();
  const input = useRef<HTMLInputElement>(null);

  const groups = paletteEntries(q, q.trim() === "" ? [] : found, { navigate, close: onClose });
  const flat = groups.flatMap((group) => group.entries);
  const current = Math.min(at, flat.length - 1);
  const chosen = flat[current];

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && flat.length > 0) {
      event.preventDefault();
      const next = (current + step + flat.length) % flat.length;
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && chosen) {
      event.preventDefault();
      chosen.run();
    }
  };

  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={dialog.backdrop} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup className={styles.popup} aria-label={t("Go to…")} initialFocus={input}>
            <div className={styles.field}>
              <Search size={19} aria-hidden />
              <input
                ref={input}
                role="combobox"
                aria-label={t("Go to a room, a person or an action")}
                aria-expanded
                aria-controls={`${id}-list`}
                aria-activedescendant={chosen ? `${id}-${current}` : undefined}
                aria-autocomplete="list"
                placeholder={t("Go to a room, a person or an action")}
                autoComplete="off"
                spellCheck={false}
                value={q}
                onChange={(event) => {
                  setQ(event.target.value);
                  setAt(0);
                }}
                onKeyDown={onKeyDown}
              />
            </div>
            <div id={`${id}-list`} role="listbox" aria-label={t("Results")} className={styles.list}>
              {groups.map((group) => (
                <div key={group.title} role="group" aria-label={group.title}>
                  <div className={styles.heading} aria-hidden>
                    {group.title}
                  </div>
                  {group.entries.map((entry) => {
                    const mine = flat.indexOf(entry);
                    return (
                      <div
                        key={entry.key}
                        id={`${id}-${mine}`}
                        role="option"
                        aria-selected={mine === current}
                        className={cx(styles.option, mine === current && styles.current)}
                        onPointerMove={() => setAt(mine)}
                        onClick={entry.run}
                      >
                        {entry.icon}
                        <span className={styles.label}>{entry.label}</span>
                        {entry.hint && <bdi className={styles.hint}>{entry.hint}</bdi>}
                      </div>
                    );
                  })}
                </div>
              ))}
            </div>
            {flat.length === 0 && (
              <p role="status" className={styles.none}>
                {t("Nothing matches.")}
              </p>
            )}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}
