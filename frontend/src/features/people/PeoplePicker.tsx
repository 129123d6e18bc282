import { Search, X } from "lucide-react";
import { useId, useState } from "react";
import type { Id, User } from "../../api/types";
import { t } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { Skeleton } from "../../ui/Skeleton";
import { TextField } from "../../ui/TextField";
import styles from "./people.module.css";
import { personName } from "./store";
import { usePerson } from "./usePerson";
import { usePeopleSearch } from "./usePeopleSearch";

interface PeoplePickerProps {
  label: string;
  /** One person or several. */
  single?: boolean;
  chosen: Id[];
  onChange(chosen: Id[]): void;
  /** People not to offer: me, and those who are in already. */
  without: ReadonlySet<Id>;
  error?: string | undefined;
  autoFocus?: boolean;
}

/** Finds people by name and ticks them; who is ticked stays in sight as a row of names. */
export function PeoplePicker(props: PeoplePickerProps) {
  const { label, single = false, chosen, onChange, without, error, autoFocus = false } = props;
  const [q, setQ] = useState("");
  const { state, found } = usePeopleSearch(q);
  const name = useId();
  const offered = found.filter((user) => !without.has(user.id));

  const toggle = (id: Id) => {
    if (single) onChange([id]);
    else onChange(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  };

  return (
    <div className={styles.picker}>
      <TextField
        label={label}
        type="search"
        value={q}
        placeholder={t("Search by name")}
        autoComplete="off"
        autoFocus={autoFocus}
        error={error}
        leading={<Search size={17} aria-hidden />}
        onChange={(event) => setQ(event.target.value)}
        onKeyDown={(event) => {
          const only = offered[0];
          if (event.key !== "Enter" || event.nativeEvent.isComposing || !only || !q.trim()) return;
          event.preventDefault();
          if (!chosen.includes(only.id)) toggle(only.id);
          setQ("");
        }}
      />
      {!single && chosen.length > 0 && (
        <ul className={styles.chips} aria-label={t("Chosen people")}>
          {chosen.map((id) => (
            <Chip key={id} id={id} onRemove={() => toggle(id)} />
          ))}
        </ul>
      )}
      <div className={styles.results}>
        {state === "loading" && found.length === 0 ? (
          <Skeleton rows={4} shape="line" />
        ) : (
          <ul aria-label={t("People")}>
            {offered.map((user) => (
              <PersonChoice
                key={user.id}
                user={user}
                name={name}
                single={single}
                checked={chosen.includes(user.id)}
                onToggle={() => toggle(user.id)}
              />
            ))}
          </ul>
        )}
        <p className={styles.note} role="status">
          {state === "failed" && t("The list of people could not be loaded.")}
          {state === "ready" && offered.length === 0 && (q.trim() ? t("Nobody by that name.") : t("Nobody else is here yet."))}
        </p>
      </div>
    </div>
  );
}

interface PersonChoiceProps {
  user: User;
  name: string;
  single: boolean;
  checked: boolean;
  onToggle(): void;
}

function PersonChoice({ user, name, single, checked, onToggle }: PersonChoiceProps) {
  return (
    <li>
      <label className={styles.choice}>
        <input type={single ? "radio" : "checkbox"} name={name} checked={checked} onChange={onToggle} />
        <Avatar id={user.id} name={personName(user)} size="small" />
        <span className={styles.choiceName}>{personName(user)}</span>
        <bdi className={styles.username}>@{user.username}</bdi>
      </label>
    </li>
  );
}

function Chip({ id, onRemove }: { id: Id; onRemove(): void }) {
  const name = personName(usePerson(id));
  return (
    <li className={styles.chip}>
      {name}
      <button type="button" aria-label={t("Remove {name}", { name })} onClick={onRemove}>
        <X size={14} aria-hidden />
      </button>
    </li>
  );
}
