import { HostError } from "../host-error.ts";
import type { Meaning, Query } from "./strategy.ts";

/** A row that is none of Slotwright's. */
export interface Invoice {
  readonly id: string;
  readonly appointmentId: string;
  readonly amountCents: number;
  readonly status: "open" | "void";
}

/** The host's table, seen from one connection: within a transaction, its rows commit or vanish with the booking. */
export interface Invoices {
  find(appointmentId: string): Promise<Invoice | undefined>;
  /** @throws HostError `invoice_refused` if the table's own rules say no */
  insert(invoice: Invoice): Promise<void>;
  void(appointmentId: string): Promise<void>;
}

/** Understood by every engine. */
export const invoicesTable = `create table if not exists invoices (
  id varchar(36) not null primary key,
  appointment_id varchar(36) not null unique,
  amount_cents integer not null,
  status varchar(8) not null,
  constraint amount_is_not_negative check (amount_cents >= 0),
  constraint status_is_known check (status in ('open', 'void'))
)`;

export function invoicesOn(query: Query, meaningOf: (error: unknown) => Meaning): Invoices {
  return {
    async find(appointmentId) {
      const sql = "select id, amount_cents, status from invoices where appointment_id = ?";
      const [row] = (await query(sql, [appointmentId])) as readonly InvoiceRow[];
      return row && { id: row.id, appointmentId, amountCents: row.amount_cents, status: row.status };
    },
    async insert({ id, appointmentId, amountCents, status }) {
      const sql = "insert into invoices (id, appointment_id, amount_cents, status) values (?, ?, ?, ?)";
      try {
        await query(sql, [id, appointmentId, amountCents, status]);
      } catch (error) {
        throw meaningOf(error) === "check_failed" ? refused(amountCents, error) : error;
      }
    },
    async void(appointmentId) {
      await query("update invoices set status = 'void' where appointment_id = ?", [appointmentId]);
    },
  };
}

interface InvoiceRow {
  readonly id: string;
  readonly amount_cents: number;
  readonly status: Invoice["status"];
}

function refused(amountCents: number, cause: unknown): HostError {
  const message = `There can be no invoice over ${amountCents} cents, so nothing was booked. Correct amountCents.`;
  return new HostError("invoice_refused", message, { amountCents }, cause);
}
