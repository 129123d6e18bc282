import { createContext, useContext } from "react";
import type { Id, Message } from "../../api/types";

/** What the rows of a conversation share. Nothing in it changes with a new message. */
export interface ConversationActions {
  room_id: Id;
  writable: boolean;
  /** May delete what others wrote. */
  staff: boolean;
  /** The message whose text is being changed in place. */
  editing: Id | null;
  edit(id: Id | null): void;
  reply(message: Message): void;
  jumpTo(seq: number): void;
  focusComposer(): void;
}

export const ConversationContext = createContext<ConversationActions | null>(null);

/** Throws outside a conversation: its rows make no sense elsewhere. */
export function useConversation(): ConversationActions {
  const actions = useContext(ConversationContext);
  if (!actions) throw new Error("a row stands outside a conversation");
  return actions;
}
