import type { EventType, Handlers, ServerEvent } from "../api/types";
import { accountEvents } from "../features/accounts/store";
import { messageEvents } from "../features/messages/store";
import { peopleEvents } from "../features/people/store";
import { readEvents } from "../features/reads/store";
import { roomEvents } from "../features/rooms/store";
import { outboxEvents } from "./outbox";

/** The whole event -> store map. Several features may follow one type; they run in this order. */
const features: readonly Handlers[] = [
  accountEvents,
  peopleEvents,
  roomEvents,
  readEvents,
  messageEvents,
  outboxEvents,
];

type Apply = (data: unknown, event: ServerEvent) => void;

/**
 * Puts one event into the tables. Types that no feature knows are ignored; a feature that fails
 * is reported and does not keep the event from the others.
 */
export function apply(event: ServerEvent): void {
  for (const feature of features) {
    const handler = feature[event.type as EventType] as Apply | undefined;
    try {
      handler?.(event.data, event);
    } catch (error) {
      reportError(error);
    }
  }
}
