/** The server puts a new nonce in its place in every answer. */
export const noncePlaceholder = "NONCE-OF-THIS-ANSWER";
