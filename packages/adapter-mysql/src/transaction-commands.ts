/**
 * A host may have set `completion_type`, by which COMMIT and ROLLBACK begin a transaction again, or close the connection.
 * These do what they say.
 */
export const commit = "commit and no chain no release";
export const rollback = "rollback and no chain no release";
