import { type ComponentType, lazy, Suspense } from "react";
import { useValue } from "../store/hooks";
import { ErrorBoundary } from "./ErrorBoundary";
import { closeOverlay, overlay, type Overlay } from "./overlay";

type Body<Kind extends Overlay["kind"]> = ComponentType<Extract<Overlay, { kind: Kind }> & { onClose(): void }>;

const bodies: { [Kind in Overlay["kind"]]: Body<Kind> } = {
  palette: lazy(() => import("./Palette")),
  shortcuts: lazy(() => import("./Shortcuts")),
  newRoom: lazy(() => import("../features/rooms/NewRoomDialog")),
  editRoom: lazy(() => import("../features/rooms/EditRoomDialog")),
  addPeople: lazy(() => import("../features/rooms/AddPeopleDialog")),
  leaveRoom: lazy(() => import("../features/rooms/LeaveRoomDialog")),
  archiveRoom: lazy(() => import("../features/rooms/ArchiveRoomDialog")),
  removeMember: lazy(() => import("../features/rooms/RemoveMemberDialog")),
  deleteMessage: lazy(() => import("../features/messages/DeleteMessageDialog")),
  signOut: lazy(() => import("../features/accounts/SignOutDialog")),
};

/** Draws the overlay that is open, each from a chunk of its own. */
export function Overlays() {
  const open = useValue(overlay);
  if (!open) return null;
  const Shown = bodies[open.kind] as ComponentType<Overlay & { onClose(): void }>;
  return (
    <ErrorBoundary resetKey={open.kind}>
      <Suspense fallback={null}>
        <Shown {...open} onClose={closeOverlay} />
      </Suspense>
    </ErrorBoundary>
  );
}
