import type { MysqlConnection } from "./connection.ts";

/** What a server says about the session in each of its answers. */
export interface SessionStatus {
  readonly inTransaction: boolean;
  readonly autocommit: boolean;
}

/** An answer, and the session's status if the driver exposes it. */
export interface AnswerWithStatus {
  readonly result: unknown;
  readonly status: SessionStatus | undefined;
  /** The text as the driver finally received it, if it exposes that. */
  readonly sent: unknown;
}

/** Prepared, or as a text. */
export type SendMethod = "execute" | "query";

/** The status in an answer without rows, which mysql2 passes on. */
export function statusOf(result: unknown): SessionStatus | undefined {
  const bits = typeof result === "object" && result !== null && "serverStatus" in result && result.serverStatus;
  return typeof bits === "number" ? fromBits(bits) : undefined;
}

const fromBits = (bits: number): SessionStatus => ({ inTransaction: (bits & 1) !== 0, autocommit: (bits & 2) !== 0 });

/**
 * Runs a statement that returns rows. The server sends the status after them. mysql2 reads it but does not pass it on,
 * so this looks at the packet when the command receives it. That saves each read a round trip that would only ask for
 * the status. This relies on undocumented internals of mysql2, and is tested with version 3.24. If the status cannot be
 * seen (with a later mysql2, another driver, or a wrapper), it is undefined, and reads cost that round trip.
 */
export async function sendForStatus(
  driver: MysqlConnection,
  method: SendMethod,
  options: object,
): Promise<AnswerWithStatus> {
  const core = "connection" in driver ? driver.connection : undefined;
  if (!isCallbackConnection(core)) {
    const [result] = await driver[method](options as never);
    return { result, status: undefined, sent: undefined };
  }
  return new Promise((resolve, reject) => {
    let status: SessionStatus | undefined;
    const command = core[method](options, (error, result) => {
      if (error) reject(error);
      else resolve({ result, status, sent: sqlOf(command) });
    });
    watchEnds(command, (bits) => {
      status = bits === undefined ? undefined : fromBits(bits);
    });
  });
}

type Send = (options: object, done: (error: unknown, result: unknown) => void) => unknown;

type CallbackConnection = { readonly [Name in SendMethod]: Send };

function sqlOf(command: unknown): unknown {
  return typeof command === "object" && command !== null && "sql" in command ? command.sql : undefined;
}

/** The connection of "mysql2" inside one of "mysql2/promise". */
function isCallbackConnection(core: unknown): core is CallbackConnection {
  return hasMethod(core, "execute") && hasMethod(core, "query") && hasMethod(core, "promise");
}

/** Changes only this command, which is ours, and nothing that the host's commands share. */
function watchEnds(command: unknown, tell: (bits: number | undefined) => void): void {
  if (!hasMethod(command, "execute")) return;
  const take = command.execute.bind(command);
  command.execute = (packet, ...others) => {
    const bits = statusBits(packet);
    if (bits !== null) tell(bits);
    return take(packet, ...others);
  };
}

/**
 * Null if the packet does not end the rows. Packets of another driver may throw when they are asked, or answer in
 * another form. The status is then unknown.
 */
function statusBits(packet: unknown): number | undefined | null {
  try {
    if (!hasMethod(packet, "isEOF") || !packet.isEOF()) return null;
    const bits = hasMethod(packet, "eofStatusFlags") ? packet.eofStatusFlags() : undefined;
    return Number.isInteger(bits) ? (bits as number) : undefined;
  } catch {
    return undefined;
  }
}

function hasMethod<Name extends string>(
  value: unknown,
  name: Name,
): value is Record<Name, (...args: readonly unknown[]) => unknown> {
  return typeof value === "object" && value !== null && typeof (value as Record<string, unknown>)[name] === "function";
}
