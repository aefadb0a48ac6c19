import type { ClientMessage } from "./client-message.ts";

/**
 * Where a fault strikes:
 *
 * - `before-forward`: not a byte of the message, or of what follows it, reaches the server. It took no effect.
 * - `after-forward-unanswered`: the message is on its way to the server, and nobody waits for the answer. Whether it
 * takes effect is open, as after a network failure.
 * - `after-forward`: the server has answered the message in full, and not a byte of the answer reaches the client. Its
 * work is done. The answer's first byte would not prove this, because a server may send rows before it commits.
 * - `mid-answer`: the same, but the first bytes of the answer reach the client.
 *
 * A message that the server does not answer (closing a statement, quitting) is struck right after it was forwarded. If
 * an answer stops for more input from the client (authentication, `COPY`, `LOAD DATA LOCAL`), the fault strikes there.
 * If a server closes the connection in the middle of an answer, it strikes there, too.
 */
export type FaultPoint = "before-forward" | "after-forward-unanswered" | "after-forward" | "mid-answer";

/**
 * What happens then:
 *
 * - `cut`: both sides of the connection are closed, after what was let through.
 * - `reset`: the same by RST, which clients see as `ECONNRESET`.
 * - `swallow`: the connection stays open and silent forever. Only the client can end it, and the server is told.
 * - `delayMs`: the bytes at the fault's point, and those after them, arrive this many milliseconds later. They arrive
 * even if the client has given up by then: a delayed message may still take effect.
 */
export type FaultAction = "cut" | "reset" | "swallow" | { readonly delayMs: number };

/** A fault that strikes once, at one message on one connection. */
export interface ProxyFault {
  /** Selects the message. */
  readonly when: (message: ClientMessage) => boolean;
  /** Strikes the n-th selected message over all connections, counted from the injection. Default 1. */
  readonly nth?: number;
  readonly point: FaultPoint;
  /** For `mid-answer`: how many bytes reach the client. Defaults to half of the answer. */
  readonly bytes?: number;
  readonly action: FaultAction;
}

/** A fault that waits for its message, or has struck. */
export interface InjectedFault {
  /** What was struck; `undefined` until then. */
  readonly hit: ClientMessage | undefined;
  /** Resolves when the fault strikes. Stays pending if the client of the chosen message leaves before that. */
  readonly whenHit: Promise<ClientMessage>;
  /** The fault strikes no message that comes from now on. */
  disarm(): void;
}

/** A fault that has found its message. */
export interface Strike {
  readonly fault: ProxyFault;
  /** To be called when it strikes. */
  report(): void;
}

/** The faults of a proxy that wait for their messages. */
export interface ArmedFaults {
  inject(fault: ProxyFault): InjectedFault;
  /** The fault for this message. From now on it waits for no other message. */
  choose(message: ClientMessage): Strike | undefined;
}

interface ArmedFault {
  readonly fault: ProxyFault;
  report(message: ClientMessage): void;
  matches: number;
}

export function createArmedFaults(): ArmedFaults {
  const armed = new Set<ArmedFault>();
  return {
    inject: (fault) => {
      const { promise, resolve } = Promise.withResolvers<ClientMessage>();
      let hit: ClientMessage | undefined;
      const report = (message: ClientMessage): void => {
        hit = message;
        resolve(message);
      };
      const one: ArmedFault = { fault, report, matches: 0 };
      armed.add(one);
      return {
        get hit() {
          return hit;
        },
        whenHit: promise,
        disarm: () => void armed.delete(one),
      };
    },
    choose: (message) => {
      // Every fault counts its matches, also those of a message that another fault strikes.
      const due = [...armed].filter((one) => isDue(one, message));
      const [first] = due;
      if (first === undefined) return undefined;
      armed.delete(first);
      return { fault: first.fault, report: () => first.report(message) };
    },
  };
}

function isDue(armed: ArmedFault, message: ClientMessage): boolean {
  if (!armed.fault.when(message)) return false;
  armed.matches += 1;
  return armed.matches >= (armed.fault.nth ?? 1);
}
