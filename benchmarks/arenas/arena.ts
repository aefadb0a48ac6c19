import type { EngineName } from "@slotwright/lab/engines";
import type { Audience } from "../contenders/audience.ts";
import type { Contender, ContenderName } from "../contenders/contender.ts";
import type { Scale } from "../contenders/workloads.ts";

/** What was found out about an engine, for the report. */
export interface EngineFacts {
  readonly engine: EngineName;
  readonly title: string;
  readonly version: string;
  /** Where it came from. */
  readonly origin: string;
  /** The settings that decide whether a commit survives a power cut, as the engine itself reports them. */
  readonly durability: Readonly<Record<string, string>>;
  readonly isDurable: boolean;
  /** The most connections that a contender has. It has one for each caller up to this number. */
  readonly poolLimit: number;
}

/** The conditions under which contenders are compared. */
export interface Conditions {
  /** As many need a connection at the same time. */
  readonly callers: number;
  readonly scale: Scale;
  /** Turns a server's own address into its address under these conditions. */
  readonly reach: (url: string) => string;
  readonly names: readonly ContenderName[];
}

/** A database engine on which contenders compete, each on empty tables of its own. */
export interface Arena {
  readonly facts: EngineFacts;
  /** Where the engine listens; undefined if there is no server. */
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

/** Readers of a contender's database that somebody else writes to. */
export interface OpenAudience {
  readonly audience: Audience;
  readonly close: () => Promise<void>;
}
