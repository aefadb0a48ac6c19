import {
  type Agenda,
  type Appointment,
  type AppointmentRequest,
  type AppointmentStatus,
  type Availability,
  type CommandName,
  type CommandRecord,
  type Hold,
  type Hours,
  type JournalEntry,
  type Metadata,
  type OpenSeat,
  type RecordKind,
  type RelayWrite,
  requestIn,
  type Schedule,
  type Slot,
  type SlotStatus,
  StorageError,
  type StoredRecord,
  type StoredRelay,
  type StoredSettings,
  type VersionedRecord,
} from "@slotwright/core/adapter";
import type {
  AgendaRow,
  AppointmentRow,
  AvailabilityRow,
  CommandRow,
  JournalRow,
  RelayRow,
  ScheduleRow,
  SettingRow,
  SlotRow,
} from "./catalogue.ts";
import { packedChanges, unpackedChanges } from "./packed-changes.ts";
import type { OpenRow } from "./reads.ts";

/** Turns records into rows and back. Only this file knows both. */

interface Stamped {
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const stampColumns = ({ version, createdAt, updatedAt }: Stamped) => ({
  version,
  created_at: createdAt.getTime(),
  updated_at: updatedAt.getTime(),
});

const stampsOf = (row: { readonly version: number; readonly created_at: number; readonly updated_at: number }) => ({
  version: row.version,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
});

export function agendaToRow({ id, version }: Agenda): AgendaRow {
  return { id, version };
}

export function rowToAgenda({ id, version }: AgendaRow): Agenda {
  return { kind: "agenda", id, version };
}

export function scheduleToRow(schedule: Schedule): ScheduleRow {
  return {
    id: schedule.id,
    provider_id: schedule.providerId,
    facility_id: schedule.facilityId,
    time_zone: schedule.timeZone,
    ...stampColumns(schedule),
  };
}

export function rowToSchedule(row: ScheduleRow): Schedule {
  return {
    kind: "schedule",
    id: row.id,
    providerId: row.provider_id,
    facilityId: row.facility_id,
    timeZone: row.time_zone,
    ...stampsOf(row),
  };
}

export function availabilityToRow(availability: Availability): AvailabilityRow {
  return {
    id: availability.id,
    provider_id: availability.providerId,
    facility_id: availability.facilityId,
    time_zone: availability.timeZone,
    hours: JSON.stringify(availability.hours),
    zone_rules: JSON.stringify(availability.zoneRules),
    ...stampColumns(availability),
  };
}

export function rowToAvailability(row: AvailabilityRow): Availability {
  return {
    kind: "availability",
    id: row.id,
    providerId: row.provider_id,
    facilityId: row.facility_id,
    timeZone: row.time_zone,
    hours: JSON.parse(row.hours) as Hours,
    zoneRules: JSON.parse(row.zone_rules) as Availability["zoneRules"],
    ...stampsOf(row),
  };
}

export function slotToRow(slot: Slot): SlotRow {
  return {
    id: slot.id,
    schedule_id: slot.scheduleId,
    provider_id: slot.providerId,
    facility_id: slot.facilityId,
    seat: slot.seat,
    start_at: slot.start.getTime(),
    end_at: slot.end.getTime(),
    status: slot.status,
    appointment_id: slot.appointmentId,
    hold_token_hash: slot.hold === null ? null : slot.hold.tokenHash,
    hold_expires_at: slot.hold === null ? null : slot.hold.expiresAt.getTime(),
    hold_holder_id: slot.hold === null ? null : slot.hold.holderId,
    metadata: JSON.stringify(slot.metadata),
    ...stampColumns(slot),
  };
}

function holdOf(row: SlotRow): Hold | null {
  if (row.hold_token_hash === null || row.hold_expires_at === null) return null;
  return { tokenHash: row.hold_token_hash, expiresAt: new Date(row.hold_expires_at), holderId: row.hold_holder_id };
}

export function rowToSlot(row: SlotRow): Slot {
  return {
    kind: "slot",
    id: row.id,
    scheduleId: row.schedule_id,
    providerId: row.provider_id,
    facilityId: row.facility_id,
    seat: row.seat,
    start: new Date(row.start_at),
    end: new Date(row.end_at),
    status: row.status as SlotStatus,
    appointmentId: row.appointment_id,
    hold: holdOf(row),
    metadata: JSON.parse(row.metadata) as Metadata,
    ...stampsOf(row),
  };
}

export function rowToOpenSeat(row: OpenRow): OpenSeat {
  return {
    id: row.id,
    providerId: row.provider_id,
    facilityId: row.facility_id,
    start: new Date(row.start_at),
    end: new Date(row.end_at),
    version: row.version,
  };
}

export function appointmentToRow(appointment: Appointment): AppointmentRow {
  return {
    id: appointment.id,
    subject_id: appointment.subjectId,
    provider_id: appointment.providerId,
    facility_id: appointment.facilityId,
    start_at: appointment.start.getTime(),
    end_at: appointment.end.getTime(),
    status: appointment.status,
    slot_ids: JSON.stringify(appointment.slotIds),
    provider_ids: isShared(appointment) ? JSON.stringify(appointment.providerIds) : null,
    metadata: JSON.stringify(appointment.metadata),
    ...stampColumns(appointment),
    request: appointment.request === null ? null : JSON.stringify(appointment.request),
  };
}

const isShared = ({ providerId, providerIds }: Appointment): boolean =>
  providerIds.length !== 1 || providerIds[0] !== providerId;

export function rowToAppointment(row: AppointmentRow): Appointment {
  return {
    kind: "appointment",
    id: row.id,
    subjectId: row.subject_id,
    providerId: row.provider_id,
    facilityId: row.facility_id,
    start: new Date(row.start_at),
    end: new Date(row.end_at),
    status: row.status as AppointmentStatus,
    slotIds: JSON.parse(row.slot_ids) as readonly string[],
    providerIds: row.provider_ids === null ? [row.provider_id] : (JSON.parse(row.provider_ids) as readonly string[]),
    metadata: JSON.parse(row.metadata) as Metadata,
    ...stampsOf(row),
    request: requestInRow(row),
  };
}

export function requestInRow({ request }: Pick<AppointmentRow, "request">): AppointmentRequest | null {
  return request === null ? null : requestIn(JSON.parse(request));
}

/** `at` is the time when the command took effect: an adapter never calls the clock. */
export function commandToRow(command: Omit<CommandRecord, "kind">, at: Date | undefined): CommandRow {
  return {
    id: command.id,
    request_hash: command.requestHash,
    result: JSON.stringify(command.result ?? null),
    created_at: at === undefined ? null : at.getTime(),
  };
}

export function rowToCommand(row: CommandRow): CommandRecord {
  return { kind: "command", id: row.id, requestHash: row.request_hash, result: JSON.parse(row.result) as unknown };
}

export function journalToRow(entry: JournalEntry): JournalRow {
  return {
    record_kind: entry.recordKind,
    record_id: entry.recordId,
    place: JSON.stringify([entry.facilityId, ...entry.providerIds]),
    version: entry.version,
    command: entry.command,
    command_id: entry.commandId,
    actor_kind: entry.actor.kind,
    actor_id: entry.actor.id,
    reason: entry.reason,
    at: entry.at.getTime(),
    from_status: entry.fromStatus,
    to_status: entry.toStatus,
    changes: packedChanges(entry),
  };
}

export function rowToJournal(row: JournalRow): JournalEntry {
  const place = JSON.parse(row.place) as readonly [string, ...string[]];
  const { changes, overrides } = unpackedChanges(row.changes);
  const entry: JournalEntry = {
    recordKind: row.record_kind as JournalEntry["recordKind"],
    recordId: row.record_id,
    providerIds: place.slice(1),
    facilityId: place[0],
    version: row.version,
    command: row.command as CommandName,
    commandId: row.command_id,
    actor: { kind: row.actor_kind, id: row.actor_id },
    reason: row.reason,
    at: new Date(row.at),
    fromStatus: row.from_status,
    toStatus: row.to_status,
    changes,
  };
  return overrides === undefined ? entry : { ...entry, overrides };
}

const decoders: { readonly [K in RecordKind]: (row: unknown) => StoredRecord } = {
  agenda: (row) => rowToAgenda(row as AgendaRow),
  schedule: (row) => rowToSchedule(row as ScheduleRow),
  availability: (row) => rowToAvailability(row as AvailabilityRow),
  slot: (row) => rowToSlot(row as SlotRow),
  appointment: (row) => rowToAppointment(row as AppointmentRow),
  command: (row) => rowToCommand(row as CommandRow),
};

/** The row that is stored for a record with a version. */
export function recordToRow(
  record: VersionedRecord,
): AgendaRow | ScheduleRow | AvailabilityRow | SlotRow | AppointmentRow {
  switch (record.kind) {
    case "agenda":
      return agendaToRow(record);
    case "schedule":
      return scheduleToRow(record);
    case "availability":
      return availabilityToRow(record);
    case "slot":
      return slotToRow(record);
    case "appointment":
      return appointmentToRow(record);
  }
}

/** The record in a row from this kind's table. */
export function rowToRecord(kind: RecordKind, row: unknown): StoredRecord {
  return decoders[kind](row);
}

/** The name of the one row that holds the settings. */
export const settingsName = "engine";

/** The settings are one row, so they are stored completely or not at all. */
export function settingsToRow(settings: StoredSettings): SettingRow {
  return { name: settingsName, value: JSON.stringify(settings) };
}

export function rowToSettings({ value }: Pick<SettingRow, "value">): StoredSettings {
  return JSON.parse(value) as StoredSettings;
}

/** The settings as read back right after they were stored. */
export function settingsFound(settings: StoredSettings | undefined): StoredSettings {
  if (settings !== undefined) return settings;
  throw new StorageError("transient", "The settings of the database were deleted while they were stored. Try again.");
}

/** The row that a write leads to. */
export function relayToRow({ name, expected, state }: RelayWrite): RelayRow {
  return { name, version: expected + 1, state: JSON.stringify(state) };
}

export function rowToRelay({ version, state }: Pick<RelayRow, "version" | "state">): StoredRelay {
  return { version, state: JSON.parse(state) as unknown };
}
