import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { bad, heading, table } from "@slotwright/lab/terminal";
import { runCommand } from "../command-line.ts";
import { observed } from "../measuring/circumstances.ts";
import { type ClustersOptions, parseClustersOptions, usage } from "./options.ts";
import { placeNames, places } from "./places.ts";
import type { ClusterRow, ClustersResult, PlaceResult } from "./result.ts";
import { measurePlace } from "./run.ts";
import { measureSizes } from "./sizes.ts";

async function run(options: ClustersOptions, signal: AbortSignal): Promise<number> {
  const before = resultIn(options.json);
  const measured: PlaceResult[] = [];
  let { sizes } = before;
  const circumstances = await observed(async () => {
    for (const name of options.places) {
      if (signal.aborted) break;
      const onRow = ({ nodes, processes, callers, roundTripMs, commandsPerSecond }: ClusterRow) =>
        console.error(
          `${name}: ${nodes} nodes, ${processes} × ${callers} callers, ${roundTripMs} ms: ${commandsPerSecond}/s`,
        );
      const result = await measurePlace(name, options, onRow, signal).catch((error: unknown) => {
        console.error(bad(`Gave up measuring ${name}:`), error);
        return undefined;
      });
      if (result !== undefined) measured.push(result);
    }
    if (options.slots !== undefined && !signal.aborted) sizes = await measureSizes(options.slots);
  });
  const all = [...before.places, ...measured];
  const ordered = placeNames.flatMap((name) => all.findLast(({ place }) => place === name) ?? []);
  const result: ClustersResult = { ...circumstances, places: ordered, sizes };
  print({ places: measured, sizes });
  writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(`\nWritten to ${options.json}.`);
  const isWeighed = options.slots === undefined || sizes !== null;
  const isWhole = measured.length === options.places.length && isWeighed && !signal.aborted;
  return isWhole && measured.every(({ rows }) => rows.every(({ errors }) => errors.length === 0)) ? 0 : 1;
}

type Parts = Pick<ClustersResult, "places" | "sizes">;

/** What an earlier run has measured. */
function resultIn(file: string): Parts {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Parts) : { places: [], sizes: null };
}

function print({ places: measured, sizes }: Parts): void {
  for (const { place, version, rows } of measured) {
    console.log(heading(`${places[place].title}, ${version}`));
    console.log(table(rows.map(({ busy, errors, ...row }) => ({ ...row, ...busy, errors: errors.length }))));
  }
  if (sizes !== null) console.log(`\n${table(sizes.tables.map((row) => ({ ...row })))}`);
}

process.exitCode = await runCommand({ usage, parse: parseClustersOptions, run });
