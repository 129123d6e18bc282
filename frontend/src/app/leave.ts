import { signOut } from "../features/accounts/commands";
import { pending } from "../features/messages/store";
import { errorText } from "../i18n/errors";
import { toast } from "../ui/toast";
import { openOverlay } from "./overlay";

/** Signs out; asks first when that would lose messages which only this device has. */
export function leave(): void {
  if (pending.size > 0) openOverlay({ kind: "signOut" });
  else signOut().catch((error: unknown) => toast(errorText(error), "danger"));
}
