import type { ClientBase } from "pg";

/** A session may be set to wait for no standby, and to hear of errors only. */
const prepare = `select set_config('client_min_messages', 'warning', true), set_config('synchronous_commit',
    case current_setting('synchronous_commit') when 'remote_apply' then 'remote_apply' else 'on' end, true)`;

/** Asked before and after: if the names are emptied while a COMMIT waits, the wait ends without a warning. */
async function hasStandbys(client: ClientBase): Promise<boolean> {
  const text = "select current_setting('synchronous_standby_names') <> '' as waits";
  const { rows } = await client.query<{ waits: boolean }>(text);
  return rows[0]?.waits === true;
}

/** Constraints, triggers and other transactions that refuse a COMMIT. After other errors, it may have been done. */
const refusals = /^(2[23]|P0|40(?!003))/;

/** Commits, and returns what is known of it. Throws only if nothing was committed. */
export async function commitOnCluster(client: ClientBase): Promise<"on a standby" | "on the primary only" | "unknown"> {
  await client.query(prepare);
  let hasWaited = await hasStandbys(client);
  const hear = ({ routine }: { readonly routine?: string | undefined }) => {
    if (routine === "SyncRepWaitForLSN") hasWaited = false;
  };
  client.on("notice", hear);
  try {
    const { command } = await client.query("commit");
    if (command === "COMMIT") return hasWaited && (await hasStandbys(client)) ? "on a standby" : "on the primary only";
  } catch (error) {
    if (refusals.test((error as { code?: string }).code ?? "")) throw error;
    return "unknown";
  } finally {
    client.removeListener("notice", hear);
  }
  throw new Error("The transaction had failed, and was rolled back.");
}
