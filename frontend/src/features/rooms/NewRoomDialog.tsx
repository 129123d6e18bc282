import { Globe, Hash, Lock, User, Users } from "lucide-react";
import { type SyntheticEvent, useState } from "react";
import { useLocation } from "wouter";
import type { Id, RoomKind, Visibility } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { ChoiceGroup } from "../../ui/ChoiceGroup";
import { Dialog, DialogFoot } from "../../ui/Dialog";
import { FormError } from "../../ui/FormError";
import { TextField } from "../../ui/TextField";
import { useSubmit } from "../../ui/useSubmit";
import { me } from "../accounts/store";
import { PeoplePicker } from "../people/PeoplePicker";
import { createRoom, openDirect } from "./commands";
import styles from "./dialogs.module.css";

/** Makes a channel, a group or a direct conversation, and goes there. */
export default function NewRoomDialog({ roomKind, onClose }: { roomKind: RoomKind; onClose(): void }) {
  const [, navigate] = useLocation();
  const [kind, setKind] = useState(roomKind);
  const [name, setName] = useState("");
  const [topic, setTopic] = useState("");
  const [visibility, setVisibility] = useState<Visibility>("public");
  const [people, setPeople] = useState<Id[]>([]);
  const [tried, setTried] = useState(false);
  // The first field takes the focus when the dialog opens, not while the kinds are being tried.
  const [switched, setSwitched] = useState(false);
  const without = new Set([me().id]);

  const nameError = kind === "channel" && !name.trim() ? t("Give the room a name") : undefined;
  const peopleError = kind !== "channel" && people.length === 0 ? t("Choose at least one person") : undefined;

  const submit = useSubmit(async () => {
    const title = name.trim();
    const about = topic.trim();
    const [person] = people;
    const room =
      kind === "direct" && person
        ? await openDirect(person)
        : await createRoom({
            kind,
            ...(title ? { name: title } : {}),
            ...(kind === "channel" && about ? { topic: about } : {}),
            ...(kind === "channel" ? { visibility } : {}),
            ...(people.length > 0 ? { member_ids: people } : {}),
          });
    onClose();
    navigate(`/r/${room.id}`);
  });

  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!nameError && !peopleError) void submit.run();
  };

  const switchKind = (next: RoomKind) => {
    setKind(next);
    setSwitched(true);
    setTried(false);
    submit.clear();
    setPeople(next === "channel" ? [] : next === "direct" ? people.slice(0, 1) : people);
  };

  return (
    <Dialog title={t("Start a conversation")} onClose={onClose}>
      <form className={styles.form} onSubmit={onSubmit} noValidate>
        <FormError>{submit.formError("name", "topic", "member_ids")}</FormError>
        <ChoiceGroup<RoomKind>
          label={t("Kind")}
          quietLabel
          value={kind}
          onChange={switchKind}
          options={[
            { value: "channel", label: t("Channel"), icon: <Hash size={17} aria-hidden /> },
            { value: "group", label: t("Group"), icon: <Users size={17} aria-hidden /> },
            { value: "direct", label: t("Direct"), icon: <User size={17} aria-hidden /> },
          ]}
        />
        <p className={styles.about}>{kindText(kind)}</p>
        {kind !== "direct" && (
          <TextField
            label={t("Room name")}
            placeholder={kind === "group" ? t("Optional") : undefined}
            maxLength={100}
            autoFocus={!switched && kind === "channel"}
            autoComplete="off"
            required={kind === "channel"}
            value={name}
            onChange={(event) => setName(event.target.value)}
            error={(tried ? nameError : undefined) ?? submit.fieldError("name")}
          />
        )}
        {kind === "channel" ? (
          <>
            <TextField
              label={t("Topic")}
              placeholder={t("Optional: what the room is for")}
              maxLength={1000}
              autoComplete="off"
              value={topic}
              onChange={(event) => setTopic(event.target.value)}
              error={submit.fieldError("topic")}
            />
            <ChoiceGroup<Visibility>
              label={t("Who can find it")}
              value={visibility}
              onChange={setVisibility}
              options={[
                {
                  value: "public",
                  label: t("Public"),
                  hint: t("Everyone on this server can find it and join"),
                  icon: <Globe size={17} aria-hidden />,
                },
                {
                  value: "private",
                  label: t("Private"),
                  hint: t("Only people who are added"),
                  icon: <Lock size={17} aria-hidden />,
                },
              ]}
            />
          </>
        ) : (
          <PeoplePicker
            label={kind === "direct" ? t("Person") : t("People")}
            single={kind === "direct"}
            chosen={people}
            onChange={setPeople}
            without={without}
            autoFocus={!switched}
            error={(tried ? peopleError : undefined) ?? submit.fieldError("member_ids")}
          />
        )}
        <DialogFoot>
          <Button onClick={onClose}>{t("Cancel")}</Button>
          <Button type="submit" variant="primary" busy={submit.busy}>
            {t("Create")}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

function kindText(kind: RoomKind): string {
  switch (kind) {
    case "channel":
      return t("A room around a subject, with a name that people remember.");
    case "group":
      return t("A private conversation among a few people.");
    case "direct":
      return t("Between you and one other person.");
  }
}
