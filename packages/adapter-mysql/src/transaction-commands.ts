/**
 * With the host's `completion_type`, COMMIT and ROLLBACK may begin another transaction or close the connection. These
 * commands do only what they say.
 */
export const commit = "commit and no chain no release";
export const rollback = "rollback and no chain no release";
