import type { EngineName } from "@slotwright/lab/engines";
import type { Contender, ContenderName } from "../contenders/contender.ts";
import type { Scale } from "../contenders/workloads.ts";

/** What was found out about an engine, for the report. */
export interface EngineFacts {
  readonly engine: EngineName;
  readonly title: string;
  readonly version: string;
  /** Where it came from. */
  readonly origin: string;
  /** The settings that decide whether a commit survives a power cut, as the engine itself says them. */
  readonly durability: Readonly<Record<string, string>>;
  readonly isDurable: boolean;
  /** Connections that a contender has at most; it has one for each caller up to that. */
  readonly poolLimit: number;
}

/** Under which circumstances contenders are compared. */
export interface Conditions {
  readonly callers: number;
  readonly scale: Scale;
  /** The address of a server as it is reached in this conditions, from its own. */
  readonly reach: (url: string) => string;
  readonly names: readonly ContenderName[];
}

/** A database engine on which contenders compete, each on empty tables of its own. */
export interface Arena {
  readonly facts: EngineFacts;
  /** Where the engine listens; undefined where there is no server. */
  readonly url: string | undefined;
  /** What is left out, and why. */
  readonly notes: readonly string[];
  readonly open: (conditions: Conditions) => Promise<Contest>;
  readonly close: () => Promise<void>;
}

export interface Contest {
  readonly contenders: readonly Contender[];
  /** Closes the contenders and removes their databases. */
  readonly close: () => Promise<void>;
}
