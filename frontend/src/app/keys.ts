import { ready } from "../features/accounts/store";
import { markRoomRead } from "../features/reads/commands";
import { roomSections, rooms } from "../features/rooms/store";
import { isMac } from "../lib/platform";
import { openOverlay, overlay } from "./overlay";

/** Listens for the keys that work everywhere. Returns the way to stop. */
export function installKeys(navigate: (path: string) => void): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || !ready.get()) return;
    const command = isMac ? event.metaKey : event.ctrlKey;
    if (command && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openOverlay({ kind: "palette" });
    } else if (command && !event.altKey && event.key === "/") {
      event.preventDefault();
      openOverlay({ kind: "shortcuts" });
    } else if (overlay.get() !== null) {
      return;
    } else if (event.altKey && !command && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      const next = neighbour(event.key === "ArrowDown" ? 1 : -1, event.shiftKey);
      if (!next) return;
      event.preventDefault();
      navigate(`/r/${next}`);
    } else if (event.key === "Escape") {
      // In a menu the key only closes the menu.
      if (event.target instanceof Element && event.target.closest("[role=menu],[role=listbox],[role=dialog]")) return;
      const here = roomHere();
      if (here) markRoomRead(here);
    }
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}

/** The room of the page that is open, when it is one of mine. */
function roomHere(): string | undefined {
  const id = /^\/r\/(\d+)/u.exec(location.pathname)?.[1];
  return id && rooms.has(id) ? id : undefined;
}

/** The next room in the sidebar's order, around the ends; with `unread`, the next that has something new. */
function neighbour(step: 1 | -1, unread: boolean): string | undefined {
  const { channels, groups, directs } = roomSections.get();
  const order = [...channels, ...groups, ...directs];
  const here = order.indexOf(roomHere() ?? "");
  const start = here < 0 && step < 0 ? 0 : here;
  for (let walked = 1; walked <= order.length; walked += 1) {
    const id = order[(start + step * walked + order.length * 2) % order.length];
    if (id && id !== order[here] && (!unread || (rooms.get(id)?.unread_count ?? 0) > 0)) return id;
  }
  return undefined;
}
