import type { OnWarning } from "@slotwright/core/adapter";

/** How an adapter sends its statements: prepared, once for each text and connection, or as texts. */
export interface Sending {
  isPrepared: boolean;
  /** The changed text of each statement whose text was changed on its way. */
  readonly changedTexts: Map<string, string>;
}

export const newSending = (isPrepared: boolean): Sending => ({ isPrepared, changedTexts: new Map() });

/**
 * A tracer that appends its own comment to each statement may give it a new text each time. Each text would be prepared
 * and kept, up to the limit that all connections of the server share. A constant comment does no harm.
 */
export function noteText(sending: Sending, sql: string, sent: unknown, onWarning: OnWarning | undefined): void {
  if (sent === sql || typeof sent !== "string" || !sending.isPrepared) return;
  const before = sending.changedTexts.get(sql);
  if (before === undefined) sending.changedTexts.set(sql, sent);
  else if (before !== sent)
    giveUpPreparing(
      sending,
      "Something changes the text of statements before mysql2 sends them, such as a tracer that appends a comment",
      onWarning,
    );
}

/** From now on, statements are sent as texts. */
export function giveUpPreparing(sending: Sending, reason: string, onWarning: OnWarning | undefined): void {
  if (!sending.isPrepared) return;
  sending.isPrepared = false;
  sending.changedTexts.clear();
  const message = `${reason}. From now on, statements are not prepared: everything works, but the server parses each statement anew. After you have fixed the cause, create the adapter again. To avoid this warning, create it with preparedStatements: false.`;
  onWarning?.({ code: "statement_names_refused", message, details: {} });
}
