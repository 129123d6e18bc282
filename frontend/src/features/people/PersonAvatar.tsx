import type { Id } from "../../api/types";
import { Avatar } from "../../ui/Avatar";
import { presenceLabel, usePresence } from "./Presence";
import { personName } from "./store";
import { usePerson } from "./usePerson";

/** A person's picture, by id; with the presence dot where it matters. */
export function PersonAvatar(props: { id: Id; size?: "tiny" | "small" | "row" | "large"; dot?: boolean }) {
  return props.dot ? <WithDot {...props} /> : <Plain {...props} />;
}

function Plain({ id, size = "row" }: { id: Id; size?: "tiny" | "small" | "row" | "large" }) {
  const person = usePerson(id);
  return <Avatar id={id} name={personName(person)} size={size} />;
}

function WithDot({ id, size = "row" }: { id: Id; size?: "tiny" | "small" | "row" | "large" }) {
  const person = usePerson(id);
  const state = usePresence(id);
  return <Avatar id={id} name={personName(person)} size={size} presence={{ kind: state, label: presenceLabel(state) }} />;
}
