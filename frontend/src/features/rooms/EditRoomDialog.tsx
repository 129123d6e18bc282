import { Globe, Lock } from "lucide-react";
import { type SyntheticEvent, useState } from "react";
import type { Id, Visibility } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { ChoiceGroup } from "../../ui/ChoiceGroup";
import { Dialog, DialogFoot } from "../../ui/Dialog";
import { FormError } from "../../ui/FormError";
import { TextArea, TextField } from "../../ui/TextField";
import { toast } from "../../ui/toast";
import { useSubmit } from "../../ui/useSubmit";
import { type RoomChange, updateRoom } from "./commands";
import styles from "./dialogs.module.css";
import { rooms } from "./store";

/** Changes a room's name, topic and, for a channel, who can find it. */
export default function EditRoomDialog({ room_id, onClose }: { room_id: Id; onClose(): void }) {
  const [room] = useState(() => rooms.get(room_id));
  const [name, setName] = useState(room?.name ?? "");
  const [topic, setTopic] = useState(room?.topic ?? "");
  const [visibility, setVisibility] = useState<Visibility>(room?.visibility ?? "private");

  const submit = useSubmit(async (change: RoomChange) => {
    if (Object.keys(change).length > 0) {
      await updateRoom(room_id, change);
      toast(t("Room changed"));
    }
    onClose();
  });
  if (!room) return null;

  const nameError = room.kind === "channel" && !name.trim() ? t("Give the room a name") : undefined;
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (nameError) return;
    void submit.run({
      ...(name.trim() !== room.name ? { name: name.trim() } : {}),
      ...(topic.trim() !== room.topic ? { topic: topic.trim() } : {}),
      ...(visibility !== room.visibility ? { visibility } : {}),
    });
  };

  return (
    <Dialog title={t("Edit room")} onClose={onClose}>
      <form className={styles.form} onSubmit={onSubmit} noValidate>
        <FormError>{submit.formError("name", "topic")}</FormError>
        <TextField
          label={t("Room name")}
          maxLength={100}
          autoFocus
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={nameError ?? submit.fieldError("name")}
        />
        <TextArea
          label={t("Topic")}
          maxLength={1000}
          rows={3}
          value={topic}
          onChange={(event) => setTopic(event.target.value)}
          error={submit.fieldError("topic")}
        />
        {room.kind === "channel" && (
          <ChoiceGroup<Visibility>
            label={t("Who can find it")}
            value={visibility}
            onChange={setVisibility}
            options={[
              { value: "public", label: t("Public"), icon: <Globe size={17} aria-hidden /> },
              { value: "private", label: t("Private"), icon: <Lock size={17} aria-hidden /> },
            ]}
          />
        )}
        <DialogFoot>
          <Button onClick={onClose}>{t("Cancel")}</Button>
          <Button type="submit" variant="primary" busy={submit.busy}>
            {t("Save")}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
