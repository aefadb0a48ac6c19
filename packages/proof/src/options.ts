import { parseArgs } from "node:util";
import { type EngineName, engineNames } from "@slotwright/lab/engines";
import { type Level, levels } from "./histories/interleaved.ts";

export interface ProofOptions {
  readonly engines: readonly EngineName[];
  /** Histories on each engine, divided among the levels. */
  readonly histories: number;
  /** How often each fault strikes on each engine. */
  readonly faults: number;
  /** Only faults whose key contains this text. */
  readonly fault: string;
  /** Whether flawed adapters are tried as well. */
  readonly mutants: boolean;
  readonly seed: number;
  readonly report: string;
  /** Plays one history again. */
  readonly replay: { readonly level: Level; readonly path: string } | undefined;
}

export const usage = `Usage: prove [options]

Tries to make every engine double-book: concurrent commands in random orders, and faults while they run. One order of
the commands must explain every answer, and all invariants must hold.
Exit status: 0 if nothing was found, 1 if something was found or could not be run, 2 for wrong usage.

  --sqlite --postgres --mysql --mariadb   only these engines (default: all). Histories run on the server of
                 SLOTWRIGHT_POSTGRES_URL, SLOTWRIGHT_MYSQL_URL or SLOTWRIGHT_MARIADB_URL if it is set; faults always
                 on a server of their own
  --histories N  histories on each engine (default 3000)
  --faults N     how often each fault strikes on each engine (default 3; 0 for none)
  --fault TEXT   only faults whose key contains this, for example network.cut
  --no-mutants   do not try the conformance suite on adapters with one flaw each: on the memory adapter until a case
                 fails, and that case on each engine. --fault, --level and --path imply it
  --seed N       the seed of all randomness (default: a random one, which is printed)
  --level L      with --path and --seed: play one printed history again. L is ${levels.join(" or ")}
  --path P
  --report FILE  where the report goes, as JSON (default proof-report.json)
  --help         show this text`;

const flags = {
  sqlite: { type: "boolean", default: false },
  postgres: { type: "boolean", default: false },
  mysql: { type: "boolean", default: false },
  mariadb: { type: "boolean", default: false },
  histories: { type: "string", default: "3000" },
  faults: { type: "string", default: "3" },
  fault: { type: "string", default: "" },
  mutants: { type: "boolean", default: true },
  seed: { type: "string" },
  level: { type: "string" },
  path: { type: "string" },
  report: { type: "string", default: "proof-report.json" },
  help: { type: "boolean", default: false },
} as const;

/** @throws Error that names the wrong flag */
export function parseOptions(args: readonly string[]): ProofOptions | "help" {
  const { values } = parseArgs({ args: [...args], options: flags, allowNegative: true });
  if (values.help) return "help";
  const chosen = engineNames.filter((name) => values[name]);
  const randomSeed = Math.floor(Math.random() * 1_000_000_000);
  return {
    engines: chosen.length === 0 ? engineNames : chosen,
    histories: wholeNumber("--histories", values.histories),
    faults: wholeNumber("--faults", values.faults),
    fault: values.fault,
    mutants: values.mutants && values.fault === "" && values.path === undefined,
    seed: values.seed === undefined ? randomSeed : wholeNumber("--seed", values.seed),
    report: values.report,
    replay: replayOf(values.level, values.path),
  };
}

function replayOf(level: string | undefined, path: string | undefined): ProofOptions["replay"] {
  if (level === undefined && path === undefined) return undefined;
  const known = levels.find((one) => one === level);
  if (known === undefined || path === undefined) {
    throw new Error(`To play a history again, give --level (${levels.join(" or ")}), --seed and --path.`);
  }
  return { level: known, path };
}

function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Error(`${flag} must be a whole number, not "${text}"`);
}
