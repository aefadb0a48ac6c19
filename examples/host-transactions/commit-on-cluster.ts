import type { PoolClient } from "pg";

/** Commits, and returns whether a standby has what was committed. Throws if nothing was committed. */
export async function commitOnCluster(client: PoolClient): Promise<"on a standby" | "on the primary only"> {
  let isConfirmed = true;
  const hear = ({ routine }: { readonly routine?: string | undefined }) => {
    if (routine === "SyncRepWaitForLSN") isConfirmed = false;
  };
  // A session may be set to hear of errors only.
  await client.query("set local client_min_messages = warning");
  client.on("notice", hear);
  try {
    const { command } = await client.query("commit");
    if (command !== "COMMIT") throw new Error("The transaction had failed, and was rolled back.");
  } finally {
    client.removeListener("notice", hear);
  }
  return isConfirmed ? "on a standby" : "on the primary only";
}
