import type { RequestError } from "../calls/request-error.ts";

/**
 * `live`: news comes as it happens. `polling`: no stream gets through, so it comes every few seconds. `reconnecting`:
 * nothing comes.
 */
export type ConnectionName = "live" | "polling" | "reconnecting";

/** How what is shown follows the server. */
export interface ConnectionState {
  readonly state: ConnectionName;
  /** What was committed before this instant is shown, by the clock of the device. Null before anything was. */
  readonly asOf: Date | null;
  /** What was wrong with the last attempt. Null if nothing was. */
  readonly error: RequestError | null;
}
