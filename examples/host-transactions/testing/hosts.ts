import type { Appointment, Engine, StorageAdapter } from "@slotwright/core";
import type { Order } from "../order.ts";

/** A host application with one library and one database. */
export interface Host {
  readonly storage: StorageAdapter<never>;
  readonly engine: Engine<never>;
  readonly bookWithInvoice: (order: Order) => Promise<Appointment>;
  readonly close: () => Promise<void>;
}

/** Each library, by name. */
export type Hosts = Readonly<Record<string, (url: string) => Promise<Host>>>;
