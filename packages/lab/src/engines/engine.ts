import type { StorageAdapter } from "@slotwright/core";
import type { Administration } from "./administration.ts";
import type { Gate, GatedStorage } from "./gate.ts";
import type { HostPool, HostPoolOptions } from "./host-pool.ts";

export type Row = Readonly<Record<string, string | number | null>>;

export const engineNames = ["sqlite", "postgres", "mysql", "mariadb"] as const;
export type EngineName = (typeof engineNames)[number];

/** What differs between the engines. No other code knows which one it runs on. */
export interface DatabaseEngine {
  readonly title: string;
  /**
   * An empty database. Takes a while if a server has to be fetched, and rejects early when the signal is aborted.
   * @throws NoDatabaseError
   */
  readonly createDatabase: (signal: AbortSignal) => Promise<FreshDatabase>;
  readonly openStorage: (address: string) => StorageAdapter<never>;
  /** The same, with a gate before each call of the storage or each statement of the driver. */
  readonly openGated: Readonly<Record<"calls" | "statements", (address: string, gate: Gate) => GatedStorage>>;
  /** The same on the host's own pool. Undefined if there are no pools. */
  readonly openOnHostPool: ((options: HostPoolOptions) => HostPool) | undefined;
  /** Uses the driver alone, without Slotwright. */
  readonly connect: (address: string) => Promise<SqlConnection>;
  readonly dialect: Dialect;
  /** Undefined if there is no server. */
  readonly administration: Administration | undefined;
}

/** Where a database is, for a process that opens it. */
export interface DatabaseAddress {
  readonly engine: EngineName;
  /** A file or a URL. */
  readonly address: string;
}

export interface FreshDatabase {
  /** A file or a URL with which every process opens it. */
  readonly address: string;
  /** The same for display, without a password. */
  readonly shown: string;
  /** The engine's version, and where it came from. */
  readonly origin: string;
  /** How to inspect it after the demo, or why that is impossible. */
  readonly afterwards: Afterwards;
  /** Removes the database, unless it can be kept and should be, and stops a server that was started for it. */
  readonly end: (options: { readonly keep: boolean }) => Promise<void>;
}

/** The last line that the demo prints. */
export interface Afterwards {
  readonly kept: string;
  readonly gone: string;
}

export interface SqlConnection {
  /** Runs one statement, in which `?` stands for each parameter. */
  readonly query: (sql: string, parameters?: readonly (string | number)[]) => Promise<readonly Row[]>;
  readonly close: () => Promise<void>;
}

/** Of a slot that was created, an entry has the values alone, in this order. */
const createdFields = [
  ...["scheduleId", "providerId", "facilityId", "seat", "start", "end"],
  ...["status", "appointmentId", "hold", "metadata"],
];

/**
 * The changes of an entry `j` with their names, as JSON.
 * @param object The function that makes an object of names and values.
 * @param at The JSON at `to`, or at a place in it, or NULL.
 */
export function namedChanges(object: string, at: (index?: number) => string, changes: string): string {
  const fields = createdFields.map((name, index) => `'${name}', ${object}('to', ${at(index)})`);
  return `CASE WHEN ${at()} IS NULL THEN ${changes} ELSE ${object}(${fields.join(", ")}) END`;
}

/** The few pieces of SQL for which the standard has no common form. */
export interface Dialect {
  /** Selects `appointment, position, slot`: each slot in the list of an appointment, with positions from 1. */
  readonly listedSlots: string;
  /** Selects `appointment, provider`: each provider in the list of an appointment. */
  readonly namedProviders: string;
  /** Selects `record_kind, record_id, version, field, value`: each field that an entry reports as changed, as text. */
  readonly changedFields: string;
  /** Epoch milliseconds as text in the form that JSON uses. */
  readonly instant: (column: string) => string;
  /** Queries for what the engine itself finds wrong in its file, one row each. Empty if there is no such check. */
  readonly integrityChecks: readonly string[];
  /** Selects as `statement` what removes the guards: triggers, CHECKs, foreign keys and exclusion constraints. */
  readonly guardRemovals: string;
}

/** Explains to the person who asked for a database why there is none. */
export class NoDatabaseError extends Error {
  override readonly name = "NoDatabaseError";
}

export function isNoDatabaseError(error: unknown): error is NoDatabaseError {
  return (error as Partial<Error> | undefined)?.name === "NoDatabaseError";
}
