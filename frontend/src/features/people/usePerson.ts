import { useEffect } from "react";
import type { Id, User } from "../../api/types";
import { useRow } from "../../store/hooks";
import { need } from "./commands";
import { people } from "./store";

/** A person by id. Somebody who is not known yet is fetched, and shows up when they are here. */
export function usePerson(id: Id | undefined): User | undefined {
  const person = useRow(people, id ?? "");
  const missing = person === undefined;
  useEffect(() => {
    if (missing && id) need([id]);
  }, [id, missing]);
  return person;
}
