import type { StorageAdapter } from "@slotwright/core";
import type { Administration, DatabaseEngine, EngineName, SqlConnection } from "@slotwright/lab/engines";
import type { OwnServer } from "@slotwright/test-servers";
import type { FaultProxy } from "@slotwright/test-servers/proxy";
import type { Player } from "../../histories/player.ts";
import type { BesideStorages } from "../beside/run.ts";
import type { Fault } from "../fault.ts";
import type { WatchedCalls } from "./watched-calls.ts";

/** A server of our own with a database, proxies in front of it, and a way around them. */
export interface ServerScene {
  readonly engineName: Exclude<EngineName, "sqlite">;
  readonly engine: DatabaseEngine;
  readonly administration: Administration;
  readonly server: OwnServer;
  readonly proxy: FaultProxy;
  /** The database as the callers reach it. */
  readonly address: string;
  /**
   * The database as those beside the callers reach it, by proxies of their own: what strikes the commit of a booking
   * must not mistake theirs for it.
   */
  readonly beside: Readonly<Record<"reader" | "relay", { readonly proxy: FaultProxy; readonly address: string }>>;
  /** The same, past all proxies. */
  readonly direct: string;
  /** Uses the driver alone, past all proxies. */
  readonly administrator: () => Promise<SqlConnection>;
}

/** Where callers get their storage from in one fault. */
export interface CallersStorage {
  readonly storage: StorageAdapter<never>;
  readonly close: () => Promise<void>;
}

/** Something that goes wrong while callers are at work. */
export interface ServerFault extends Omit<Fault, "run"> {
  /** The servers that have it. Default: all. */
  readonly engines?: readonly ServerScene["engineName"][];
  /** Adapters for the callers, through the proxy. Default: two on pools of their own. */
  readonly open?: (scene: ServerScene) => Promise<readonly CallersStorage[]>;
  /** Storages for those beside the callers. Default: one for a reader, and one for each of two relays. */
  readonly openBeside?: (scene: ServerScene) => Promise<BesideStorages>;
  /** Set if callers work in processes of their own instead of this one. */
  readonly processes?: { readonly count: number; readonly clocksJump?: boolean };
  /** What is there before the callers begin: on a busy machine they may be done before anything comes in their way. */
  readonly prepare?: (scene: ServerScene) => Promise<void>;
  /**
   * Does the harm while callers are at work, and ends it. Resolves with how often it took effect. This number is
   * counted, never a constant: messages that were struck, connections that were cut, calls that failed or hung. 0 if it
   * missed, which is a problem unless processes of callers have counted something.
   */
  readonly harm: (scene: ServerScene, work: CallersAtWork) => Promise<number>;
}

export interface CallersAtWork {
  /** What `open` has opened. */
  readonly storages: readonly CallersStorage[];
  /** What `openBeside` has opened. */
  readonly beside: BesideStorages;
  /** The processes of the callers, if they have any. */
  readonly players: readonly Player[];
  /** What their storage observes, unless they have processes of their own. */
  readonly calls: WatchedCalls;
  /** Resolves when the last caller has been answered. */
  readonly ended: Promise<void>;
}
