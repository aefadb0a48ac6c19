import type { AnswerableError } from "@slotwright/http";
import type { Meaning, Query } from "./strategy.ts";

/** A row that is none of Slotwright's. */
export interface Invoice {
  readonly id: string;
  readonly appointmentId: string;
  /** Who is to pay. */
  readonly subjectId: string;
  readonly amountCents: number;
  readonly status: "open" | "void";
}

/** The host's table, seen from one connection: within a transaction, its rows commit or vanish with the booking. */
export interface Invoices {
  find(appointmentId: string): Promise<Invoice | undefined>;
  ofSubject(subjectId: string): Promise<readonly Invoice[]>;
  /** @throws InvoiceRefused if the table's own rules say no */
  insert(invoice: Invoice): Promise<void>;
  void(appointmentId: string): Promise<void>;
}

export const invoicesTable = (idType: string): string => `create table if not exists invoices (
  id varchar(36) not null primary key,
  appointment_id ${idType} not null unique,
  subject_id ${idType} not null,
  amount_cents integer not null,
  status varchar(8) not null,
  constraint amount_is_not_negative check (amount_cents >= 0),
  constraint status_is_known check (status in ('open', 'void'))
)`;

/** The handler answers it as it answers the library's own errors: it has a status and an envelope. */
class InvoiceRefused extends Error implements AnswerableError {
  override readonly name = "InvoiceRefused";
  readonly status = 422;
  readonly amountCents: number;

  constructor(amountCents: number, cause: unknown) {
    super(`There can be no invoice over ${amountCents} cents, so nothing was booked. Correct amountCents.`, { cause });
    this.amountCents = amountCents;
  }

  toResponse() {
    const { message, amountCents } = this;
    const scenario = "invoice_refused";
    return { success: false, message, scenario, details: { amountCents }, recoverable: true } as const;
  }
}

const columns = "id, appointment_id, subject_id, amount_cents, status";

export function invoicesOn(query: Query, meaningOf: (error: unknown) => Meaning): Invoices {
  const select = async (column: "appointment_id" | "subject_id", value: string): Promise<readonly Invoice[]> => {
    const sql = `select ${columns} from invoices where ${column} = ? order by id`;
    return ((await query(sql, [value])) as readonly InvoiceRow[]).map(invoiceIn);
  };
  return {
    find: async (appointmentId) => (await select("appointment_id", appointmentId))[0],
    ofSubject: (subjectId) => select("subject_id", subjectId),
    async insert({ id, appointmentId, subjectId, amountCents, status }) {
      try {
        const sql = `insert into invoices (${columns}) values (?, ?, ?, ?, ?)`;
        await query(sql, [id, appointmentId, subjectId, amountCents, status]);
      } catch (error) {
        throw meaningOf(error) === "check_failed" ? new InvoiceRefused(amountCents, error) : error;
      }
    },
    async void(appointmentId) {
      await query("update invoices set status = 'void' where appointment_id = ?", [appointmentId]);
    },
  };
}

interface InvoiceRow {
  readonly id: string;
  readonly appointment_id: string;
  readonly subject_id: string;
  readonly amount_cents: number;
  readonly status: Invoice["status"];
}

const invoiceIn = ({ id, appointment_id, subject_id, amount_cents, status }: InvoiceRow): Invoice => ({
  id,
  appointmentId: appointment_id,
  subjectId: subject_id,
  amountCents: amount_cents,
  status,
});
