import type { BookingError, ErrorResponse, Messages } from "@slotwright/core";

/** What is missing here stays English. */
const german: Messages = {
  slot_booked: ({ command }) =>
    command === undefined
      ? "Dieser Termin wurde soeben vergeben. Bitte wählen Sie einen anderen."
      : "Dieser Termin ist vergeben. Bitte sagen Sie ihn erst ab, oder verlegen Sie ihn.",
  slot_held: ({ heldUntil }, { time }) => `Dieser Termin ist bis ${time(heldUntil)} reserviert.`,
  no_slot_available: ({ start, end, holdsNone }, { range }) =>
    holdsNone
      ? `Der Termin ${range(start, end)} ist nicht für Sie reserviert. Bitte wählen Sie ihn noch einmal.`
      : `Für ${range(start, end)} ist kein Termin frei.`,
  invalid_time_range: ({ reason }) =>
    reason === "too_long" ? "Dieser Termin ist zu lang." : "Das Ende muss nach dem Beginn liegen.",
  invalid_input: () => "Bitte prüfen Sie Ihre Angaben.",
  system: () => "Das geht gerade nicht, weil dieses System eine Störung hat. Bitte melden Sie das.",
  issues: {
    required: () => "Bitte ausfüllen.",
    too_long: ({ maximum }) => `Höchstens ${maximum} Zeichen.`,
  },
};

export function answerTo(error: BookingError, language: string): ErrorResponse {
  return error.toResponse(language.startsWith("de") ? { locale: language, messages: german } : {});
}
