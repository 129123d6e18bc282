import { ApiError } from "../api/client";
import { t } from "./index";

/** A sentence for a stable error code, or nothing when the server's own words are better. */
export function codeText(code: string): string | null {
  switch (code) {
    case "network":
      return t("The server cannot be reached. Check your connection and try again.");
    case "bad_credentials":
      return t("That name or password is not right.");
    case "too_many_attempts":
      return t("Too many attempts. Wait a few minutes and try again.");
    case "rate_limited":
      return t("That was a lot at once. Wait a moment and try again.");
    case "email_taken":
      return t("Somebody already uses this e-mail address.");
    case "username_taken":
      return t("Somebody already uses this username.");
    case "password_too_short":
      return t("The password is too short: use at least 10 characters.");
    case "password_too_long":
      return t("The password is too long: use at most 128 characters.");
    case "password_too_common":
    case "password_common":
      return t("This password is on the list of common ones. Choose another.");
    case "signup_closed":
      return t("This server does not take new accounts.");
    case "reauth_required":
      return t("Enter your current password to change this.");
    case "unauthenticated":
    case "token_expired":
    case "token_revoked":
      return t("You are signed out. Sign in again.");
    case "not_member":
      return t("You are not a member of this room.");
    case "insufficient_role":
      return t("You may not do that here.");
    case "not_author":
      return t("Only the author may change a message.");
    case "not_found":
      return t("That does not exist, or you may not see it.");
    case "room_archived":
      return t("This room is archived.");
    case "last_owner":
      return t("A room needs an owner: make somebody else an owner first.");
    case "version_mismatch":
      return t("This changed meanwhile. Look at it again before you change it.");
    case "message_too_long":
    case "body_too_large":
      return t("That is too long to send.");
    case "empty_message":
      return t("A message needs words.");
    case "unavailable":
    case "internal":
      return t("Something went wrong on the server. Try again.");
    case "storage_full":
      return t("The server has no space left. Tell whoever runs it.");
    default:
      return null;
  }
}

/** What to tell a person about something that failed. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) {
    const field = error.errors[0];
    return codeText(error.code) ?? (field && fieldText(field)) ?? (error.detail || fallback());
  }
  return fallback();
}

/** What to tell a person about one refused field. */
export function fieldText(field: { code: string; detail: string }): string {
  return codeText(field.code) ?? (field.detail || t("This value is not accepted."));
}

const fallback = (): string => t("Something went wrong. Try again.");
