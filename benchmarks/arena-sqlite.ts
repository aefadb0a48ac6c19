import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine } from "@slotwright/core";
import Database from "better-sqlite3";
import { v7 as uuidv7 } from "uuid";
import type { Arena, Contender } from "./contender.ts";
import { publisher, slotwrightContender } from "./slotwright.ts";

/** Files of their own: WAL, synchronous=FULL, all guards. */
export async function sqliteArena(): Promise<Arena> {
  const folder = mkdtempSync(join(tmpdir(), "slotwright-bench-"));
  const storage = sqliteAdapter({ filename: join(folder, "slotwright.sqlite") });
  await storage.migrate();
  return {
    name: "SQLite",
    contenders: [
      slotwrightContender(storage, () => storage.close()),
      await floorContender(join(folder, "floor.sqlite")),
    ],
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

interface SlotRow {
  readonly id: string;
  readonly provider_id: string;
  readonly facility_id: string;
  readonly start_at: number;
  readonly end_at: number;
  readonly status: string;
  readonly version: number;
}

/**
 * The floor: the statements that the engine sends for one booking, on the same tables with the same guards, written by
 * hand on better-sqlite3. It parses nothing, knows one command only, and decides with one `if`.
 */
async function floorContender(filename: string): Promise<Contender> {
  const storage = sqliteAdapter({ filename });
  await storage.migrate();
  const database = openDatabase(filename);
  const book = handWrittenBooking(database);
  return {
    name: "floor",
    publish: publisher(createEngine({ storage })),
    book: async ({ id }) => book(id),
    close: async () => {
      database.close();
      await storage.close();
    },
  };
}

function openDatabase(filename: string): Database.Database {
  const database = new Database(filename, { timeout: 0 });
  database.pragma("synchronous = FULL");
  database.pragma("foreign_keys = ON");
  return database;
}

function handWrittenBooking(database: Database.Database): (slotId: string) => void {
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const selectSlot = database.prepare<[string], SlotRow>("SELECT * FROM slotwright_slots WHERE id = ?");
  const selectCommand = database.prepare("SELECT * FROM slotwright_commands WHERE id = ?");
  const appointmentVersion = database.prepare("SELECT version FROM slotwright_appointments WHERE id = ?");
  const slotVersion = database.prepare<[string], { version: number }>(
    "SELECT version FROM slotwright_slots WHERE id = ?",
  );
  const insertAppointment = database.prepare(
    `INSERT INTO slotwright_appointments (id, subject_id, provider_id, facility_id, start_at, end_at, status, slot_ids,
       metadata, version, updated_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const updateSlot = database.prepare(
    `UPDATE slotwright_slots SET status = 'booked', appointment_id = ?, hold_token_hash = NULL, hold_expires_at = NULL,
       metadata = metadata, version = version + 1, updated_at = ? WHERE id = ? AND version = ?`,
  );
  const insertJournal = database.prepare(
    `INSERT INTO slotwright_journal (record_kind, record_id, version, command, command_id, actor_kind, actor_id, reason,
       at, from_status, to_status, changes) VALUES (?, ?, ?, 'book', ?, 'benchmark', 'bench', NULL, ?, ?, ?, ?)`,
  );
  const insertCommand = database.prepare(
    "INSERT INTO slotwright_commands (id, request_hash, result, created_at) VALUES (?, ?, ?, ?)",
  );

  return (slotId) => {
    const slot = selectSlot.get(slotId);
    if (slot?.status !== "available") throw new Error("the benchmark books free slots only");
    const now = Date.now();
    const [commandId, appointmentId] = [uuidv7(), uuidv7()];
    const { provider_id: providerId, facility_id: facilityId, start_at: start, end_at: end, version } = slot;
    const slotIds = JSON.stringify([slotId]);
    const appointment = {
      subjectId: "p-1",
      providerId,
      facilityId,
      start,
      end,
      status: "confirmed",
      slotIds: [slotId],
    };
    const slotChange = { status: "booked", appointmentId, hold: null };
    const hash = createHash("sha256")
      .update(JSON.stringify(["book", slotId, "p-1"]))
      .digest("hex");
    begin.run();
    if (selectCommand.get(commandId) !== undefined) throw new Error("the command ran before");
    if (appointmentVersion.get(appointmentId) !== undefined) throw new Error("the appointment exists");
    if (slotVersion.get(slotId)?.version !== version) throw new Error("somebody was faster");
    insertAppointment.run(
      appointmentId,
      "p-1",
      providerId,
      facilityId,
      start,
      end,
      "confirmed",
      slotIds,
      "{}",
      1,
      now,
      now,
    );
    updateSlot.run(appointmentId, now, slotId, version);
    insertJournal.run("appointment", appointmentId, 1, commandId, now, null, "confirmed", JSON.stringify(appointment));
    insertJournal.run("slot", slotId, version + 1, commandId, now, "available", "booked", JSON.stringify(slotChange));
    insertCommand.run(commandId, hash, JSON.stringify({ appointment, slots: [{ ...slot, ...slotChange }] }), now);
    commit.run();
  };
}
