import {
  type BookingOrder,
  bookedDigit,
  bookedEveryMs,
  bookedFrom,
  bookingOrderOf,
  type DataSet,
  dayMs,
  firstStart,
  type IdKind,
  type LoadedSchedule,
  mixer,
  publishedEveryMs,
  publishedFrom,
  scheduleOf,
  slotMs,
  slotsPerDay,
  slotsPerWeek,
  weekMs,
} from "./data-set.ts";

/** How SQL differs between the engines when it makes rows from numbers. */
export interface LoadingSql {
  /** The numbers from 0 up to, but not including, this one, as the table `numbers (n)`, in order. */
  readonly numbers: (count: number) => string;
  /** A number as this many hexadecimal digits. */
  readonly hex: (value: string, digits: number) => string;
  /** Milliseconds since 1970, in whole seconds, in the form of JSON times. */
  readonly iso: (ms: string) => string;
  /** The feed's partition of an entry, where there are partitions: the column, and its value. */
  readonly partition: Readonly<Record<string, string>>;
}

/** The table of schedules by their numbers, which lives as long as the connection. */
const schedulesTable = "loaded_schedules";

/**
 * Statements that fill the tables as this many calls of the library would have done: the same rows, and ids of the same
 * form, with one difference. Stored answers of commands are short, because nothing reads them except a repeated
 * command.
 */
export function loadingStatements(data: DataSet, sql: LoadingSql): readonly string[] {
  const rows = rowsOf(data, sql, bookingOrderOf(data));
  return [
    `create temporary table ${schedulesTable} (p integer primary key, schedule_id text, provider_id text, facility_id text)`,
    ...scheduleRows(data),
    `insert into slotwright_schedules (id, provider_id, facility_id, time_zone, version, created_at, updated_at)
    select schedule_id, provider_id, facility_id, 'UTC', ${data.weeks}, ${publishedFrom}, ${publishedFrom} from ${schedulesTable} order by p`,
    rows.slots,
    rows.appointments,
    ...rows.commands,
    ...rows.journal,
    `drop table ${schedulesTable}`,
  ];
}

const schedulesPerStatement = 500;

function scheduleRows({ providers }: DataSet): readonly string[] {
  const all = Array.from({ length: providers }, (_, number) => scheduleOf(number));
  const statements: string[] = [];
  for (let first = 0; first < all.length; first += schedulesPerStatement) {
    const values = all.slice(first, first + schedulesPerStatement).map(valuesOf);
    statements.push(`insert into ${schedulesTable} values ${values.join(", ")}`);
  }
  return statements;
}

const valuesOf = ({ number, scheduleId, providerId, facilityId }: LoadedSchedule) =>
  `(${number}, '${scheduleId}', '${providerId}', '${facilityId}')`;

/** Rows by the number of a slot (`g`), of a publication (`c`) or of a booking in the order of bookings (`j`). */
function rowsOf(data: DataSet, sql: LoadingSql, order: BookingOrder) {
  const terms = termsOf(data, sql, order);
  return {
    slots: slotRows(data, sql, terms),
    appointments: appointmentRows(data, sql, terms),
    commands: commandRows(data, sql, terms),
    journal: journalRows(data, sql, terms),
  };
}

type Terms = ReturnType<typeof termsOf>;

function termsOf({ providers, appointments }: DataSet, sql: LoadingSql, { step, inverse }: BookingOrder) {
  const id = (ms: string, number: string, kind: IdKind) => {
    const mixed = `((${number}) * 4 + ${kind}) * ${mixer}`;
    const time = sql.hex(ms, 12);
    const parts = [
      `substr(${time}, 1, 8) || '-' || substr(${time}, 9) || '-7'`,
      sql.hex(`(((${mixed}) >> 20) & 4095)`, 3),
      `'-'`,
      sql.hex(`(32768 | (((${mixed}) >> 8) & 16383))`, 4),
      `'-'`,
      sql.hex(`((${mixed}) & 281474976710655)`, 12),
    ];
    return parts.join(" || ");
  };
  const publishedAt = (c: string) => `(${publishedFrom} + (${c}) * ${publishedEveryMs})`;
  const bookedAt = (j: string) => `(${bookedFrom} + (${j}) * ${bookedEveryMs})`;
  const index = (g: string) => `((${g}) % ${slotsPerWeek})`;
  const week = (g: string) => `((${g}) / ${slotsPerWeek * providers})`;
  return {
    publishedAt,
    bookedAt,
    provider: (g: string) => `((${g}) / ${slotsPerWeek} % ${providers})`,
    start: (g: string) =>
      `(${firstStart} + ${week(g)} * ${weekMs} + ${index(g)} / ${slotsPerDay} * ${dayMs} + ${index(g)} % ${slotsPerDay} * ${slotMs})`,
    slotId: (g: string) => id(publishedAt(`(${g}) / ${slotsPerWeek}`), g, 0),
    appointmentId: (j: string) => id(bookedAt(j), j, 1),
    publicationId: (c: string) => id(publishedAt(c), c, 2),
    bookingId: (j: string) => id(bookedAt(j), j, 3),
    /** Which booking took a booked slot, and which slot a booking took. */
    bookingOf: (g: string) => `((${g}) / 10 * ${step} % ${appointments})`,
    slotOf: (j: string) => `((${j}) * ${inverse} % ${appointments} * 10 + ${bookedDigit})`,
  };
}

const isBooked = `g % 10 = ${bookedDigit}`;

function slotRows({ slots }: DataSet, sql: LoadingSql, terms: Terms): string {
  const published = terms.publishedAt(`g / ${slotsPerWeek}`);
  const start = terms.start("g");
  return `insert into slotwright_slots
    (id, schedule_id, provider_id, facility_id, seat, start_at, end_at, status, appointment_id, metadata, version, created_at, updated_at)
    select ${terms.slotId("g")}, s.schedule_id, s.provider_id, s.facility_id, 0, ${start}, ${start} + ${slotMs},
      case when ${isBooked} then 'booked' else 'available' end,
      case when ${isBooked} then ${terms.appointmentId(terms.bookingOf("g"))} end,
      '{}', case when ${isBooked} then 2 else 1 end, ${published},
      case when ${isBooked} then ${terms.bookedAt(terms.bookingOf("g"))} else ${published} end
    from ${bySlot(slots, sql)} cross join ${schedulesTable} as s where s.p = ${terms.provider("g")}`;
}

const bySlot = (count: number, sql: LoadingSql) => `(select n as g from ${sql.numbers(count)}) as numbered`;

function byBooking({ appointments }: DataSet, sql: LoadingSql, terms: Terms): string {
  return `(select n as j, ${terms.slotOf("n")} as g from ${sql.numbers(appointments)}) as numbered`;
}

/** A subject has four appointments. */
const subject = ({ appointments }: DataSet) => `'subject-' || (j % ${Math.max(1, Math.floor(appointments / 4))})`;

function appointmentRows(data: DataSet, sql: LoadingSql, terms: Terms): string {
  const start = terms.start("g");
  return `insert into slotwright_appointments
    (id, subject_id, provider_id, facility_id, start_at, end_at, status, slot_ids, provider_ids, metadata, version, created_at, updated_at)
    select ${terms.appointmentId("j")}, ${subject(data)}, s.provider_id, s.facility_id, ${start}, ${start} + ${slotMs},
      'confirmed', '["' || ${terms.slotId("g")} || '"]', '["' || s.provider_id || '"]', '{}', 1, ${terms.bookedAt("j")}, ${terms.bookedAt("j")}
    from ${byBooking(data, sql, terms)} cross join ${schedulesTable} as s where s.p = ${terms.provider("g")}`;
}

function commandRows({ publications, appointments }: DataSet, sql: LoadingSql, terms: Terms): readonly string[] {
  const hash = "0123456789abcdef".repeat(4);
  const insert = (id: string, at: string, count: number) =>
    `insert into slotwright_commands (id, request_hash, result, created_at)
    select ${id}, '${hash}', '{"loaded":true}', ${at} from ${sql.numbers(count)}`;
  return [
    insert(terms.publicationId("n"), terms.publishedAt("n"), publications),
    insert(terms.bookingId("n"), terms.bookedAt("n"), appointments),
  ];
}

function journalRows(data: DataSet, sql: LoadingSql, terms: Terms): readonly string[] {
  const start = terms.start("g");
  const times = `"start":{"to":"' || ${sql.iso(start)} || '"},"end":{"to":"' || ${sql.iso(`(${start} + ${slotMs})`)} || '"}`;
  const schedule = `cross join ${schedulesTable} as s where s.p = ${terms.provider("g")}`;
  const where = `"providerId":{"to":"' || s.provider_id || '"},"facilityId":{"to":"' || s.facility_id || '"}`;
  const own = Object.keys(sql.partition);
  const place = `'["' || s.facility_id || '","' || s.provider_id || '"]'`;
  const columns = [...own, ...["place", "record_kind", "record_id", "version", "command"]];
  const insert = (values: readonly string[], from: string) =>
    `insert into slotwright_journal
    (${columns.join(", ")}, command_id, actor_kind, actor_id, at, from_status, to_status, changes)
    select ${[...Object.values(sql.partition), place, ...values].join(", ")} from ${from}`;
  const c = `(g / ${slotsPerWeek})`;
  // As the adapters keep the entry of a new slot: its values without their names.
  const created = `'{"to":["' || s.schedule_id || '","' || s.provider_id || '","' || s.facility_id || '",0,"' || ${sql.iso(start)} || '","' || ${sql.iso(`(${start} + ${slotMs})`)} || '","available",null,null,{}]}'`;
  const agreed = `'{"subjectId":{"to":"' || ${subject(data)} || '"},${where},${times},"status":{"to":"confirmed"},"providerIds":{"to":["' || s.provider_id || '"]},"slotIds":{"to":["' || ${terms.slotId("g")} || '"]},"metadata":{"to":{}}}'`;
  const booked = `'{"status":{"from":"available","to":"booked"},"appointmentId":{"from":null,"to":"' || ${terms.appointmentId("j")} || '"}}'`;
  const book = [`'book'`, terms.bookingId("j"), `'subject'`, `'app'`, terms.bookedAt("j")];
  const publish = [`'createSlots'`, terms.publicationId(c), `'provider'`, `'office'`, terms.publishedAt(c)];
  const bookings = byBooking(data, sql, terms);
  return [
    insert(
      [`'slot'`, terms.slotId("g"), "1", ...publish, "null", `'available'`, created],
      `${bySlot(data.slots, sql)} ${schedule}`,
    ),
    insert(
      [`'appointment'`, terms.appointmentId("j"), "1", ...book, "null", `'confirmed'`, agreed],
      `${bookings} ${schedule}`,
    ),
    insert([`'slot'`, terms.slotId("g"), "2", ...book, `'available'`, `'booked'`, booked], `${bookings} ${schedule}`),
  ];
}
