import type { RelayWrite, StoredRelay } from "@slotwright/core/adapter";
import type { Steps } from "./commit.ts";
import type { Run } from "./connection.ts";
import type { TableNames } from "./schema.ts";

export async function readRelay(run: Run, { relays }: TableNames, name: string): Promise<StoredRelay | undefined> {
  const { rows } = await run<Record<"version" | "state", string>>(
    `select version, state from ${relays} where name = $1`,
    [name],
  );
  const [found] = rows.map(({ version, state }) => ({ version: Number(version), state: JSON.parse(state) as unknown }));
  return found;
}

/** One statement compares and sets. The second one waits for the first, and finds another version. */
export async function storeRelay(
  { begin, commit }: Pick<Steps, "begin" | "commit">,
  run: Run,
  { relays }: TableNames,
  { name, expected, state }: RelayWrite,
): Promise<boolean> {
  const values = [name, expected, JSON.stringify(state)];
  await begin(run);
  const { rowCount } =
    expected === 0
      ? await run(`insert into ${relays} values ($1, $2::int + 1, $3) on conflict do nothing`, values)
      : await run(
          `update ${relays} set version = $2::int + 1, state = $3 where name = $1 and version = $2::int`,
          values,
        );
  await commit(run);
  return rowCount === 1;
}
