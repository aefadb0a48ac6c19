import type { MysqlConnection } from "./connection.ts";

/** What a server says of the session with each of its answers. */
export interface SessionStatus {
  readonly inTransaction: boolean;
  readonly autocommit: boolean;
}

/** An answer, and the session's status if the driver let it be seen. */
export interface Told {
  readonly result: unknown;
  readonly status: SessionStatus | undefined;
  /** The text as the driver got it in the end, if it lets that be seen. */
  readonly sent: unknown;
}

/** Prepared, or as a text. */
export type How = "execute" | "query";

/** The status that comes with an answer without rows, which mysql2 passes on. */
export function statusOf(result: unknown): SessionStatus | undefined {
  const bits = typeof result === "object" && result !== null && "serverStatus" in result && result.serverStatus;
  return typeof bits === "number" ? fromBits(bits) : undefined;
}

const fromBits = (bits: number): SessionStatus => ({ inTransaction: (bits & 1) !== 0, autocommit: (bits & 2) !== 0 });

/**
 * Runs a statement that returns rows. The server sends the status behind them, and mysql2 reads it there but keeps it to
 * itself, so the packet is looked at as the command takes it. That spares each read a round trip that would do nothing but ask.
 * This is how mysql2 3.24 is made, with which it is tested; nothing of it is documented. Where the status cannot be seen (by a
 * later mysql2, another driver, or a wrapper around one) it is undefined, and reads cost that round trip.
 */
export async function sendTold(driver: MysqlConnection, how: How, options: object): Promise<Told> {
  const core = "connection" in driver ? driver.connection : undefined;
  if (!isCallbackConnection(core)) {
    const [result] = await driver[how](options as never);
    return { result, status: undefined, sent: undefined };
  }
  return new Promise((resolve, reject) => {
    let status: SessionStatus | undefined;
    const command = core[how](options, (error, result) => {
      if (error) reject(error);
      else resolve({ result, status, sent: sqlOf(command) });
    });
    watchEnds(command, (bits) => {
      status = bits === undefined ? undefined : fromBits(bits);
    });
  });
}

type Send = (options: object, done: (error: unknown, result: unknown) => void) => unknown;

type CallbackConnection = { readonly [Name in How]: Send };

function sqlOf(command: unknown): unknown {
  return typeof command === "object" && command !== null && "sql" in command ? command.sql : undefined;
}

/** The connection of "mysql2" inside one of "mysql2/promise". */
function isCallbackConnection(core: unknown): core is CallbackConnection {
  return has(core, "execute") && has(core, "query") && has(core, "promise");
}

/** Changes this one command, which is ours, and nothing that the host's commands share. */
function watchEnds(command: unknown, tell: (bits: number | undefined) => void): void {
  if (!has(command, "execute")) return;
  const take = command.execute.bind(command);
  command.execute = (packet, ...others) => {
    const bits = statusBits(packet);
    if (bits !== null) tell(bits);
    return take(packet, ...others);
  };
}

/**
 * Null where the packet ends no rows. What another driver's packets do when they are asked is not known: they may throw, or
 * answer in another form, and then the status is not known.
 */
function statusBits(packet: unknown): number | undefined | null {
  try {
    if (!has(packet, "isEOF") || !packet.isEOF()) return null;
    const bits = has(packet, "eofStatusFlags") ? packet.eofStatusFlags() : undefined;
    return Number.isInteger(bits) ? (bits as number) : undefined;
  } catch {
    return undefined;
  }
}

function has<Name extends string>(
  value: unknown,
  name: Name,
): value is Record<Name, (...args: readonly unknown[]) => unknown> {
  return typeof value === "object" && value !== null && typeof (value as Record<string, unknown>)[name] === "function";
}
