import { setImmediate as nextTurn } from "node:timers/promises";
import type Database from "better-sqlite3";
import { v7 as uuidv7 } from "uuid";
import { type Audience, pollingAudience } from "./audience.ts";
import { type Application, type FreeSlot, facilityId, type Shift } from "./contender.ts";
import type { Row } from "./plain-application.ts";
import { openSql, plainSql, searchSql } from "./plain-tables.ts";

interface SlotRow {
  readonly id: string;
  readonly provider_id: string;
  readonly facility_id: string;
  readonly start_at: number;
  readonly end_at: number;
  readonly status: string;
}

/**
 * One transaction per booking on a connection that all callers share, without waiting in between: BEGIN IMMEDIATE,
 * SELECT, INSERT, UPDATE, INSERT into the audit, COMMIT.
 */
export function lockRowOnSqlite(database: Database.Database): Application {
  const { begin, commit, rollback, readSlot } = statementsOf(database);
  const write = bookingWriter(database);
  return {
    ...readsOf(database),
    async book({ id }) {
      begin.run();
      const slot = readSlot.get(id);
      if (slot?.status !== "available") {
        rollback.run();
        return false;
      }
      write(slot);
      commit.run();
      return true;
    },
  };
}

/** Checks first, and writes after an answer from elsewhere, like an application that asks another service. */
export function checkThenInsertOnSqlite(database: Database.Database): Application {
  const { begin, commit, readSlot } = statementsOf(database);
  const write = bookingWriter(database);
  return {
    ...readsOf(database),
    async book({ id }) {
      const slot = readSlot.get(id);
      if (slot?.status !== "available") return false;
      await nextTurn();
      begin.run();
      write(slot);
      commit.run();
      return true;
    },
  };
}

/** Readers of the audit table. */
export function pollingOnSqlite(database: Database.Database): Audience {
  const lastId = database.prepare<[], Row>(plainSql.lastAudit);
  const after = database.prepare<[unknown], Row>(plainSql.auditAfter);
  return pollingAudience({ lastId: async () => lastId.get()?.id, after: async (id) => after.all(id) });
}

function statementsOf(database: Database.Database) {
  return {
    begin: database.prepare("BEGIN IMMEDIATE"),
    commit: database.prepare("COMMIT"),
    rollback: database.prepare("ROLLBACK"),
    readSlot: database.prepare<[string], SlotRow>(plainSql.readSlot),
  };
}

function bookingWriter(database: Database.Database): (slot: SlotRow) => void {
  const addAppointment = database.prepare(plainSql.addAppointment);
  const takeSlot = database.prepare(plainSql.takeSlot);
  const addAudit = database.prepare(plainSql.addAudit);
  return ({ id, provider_id, facility_id, start_at, end_at }) => {
    const [appointmentId, now] = [uuidv7(), Date.now()];
    addAppointment.run(appointmentId, id, "p-1", provider_id, facility_id, start_at, end_at, now);
    takeSlot.run(appointmentId, now, id);
    addAudit.run(id, appointmentId, now);
  };
}

function readsOf(database: Database.Database): Omit<Application, "book"> {
  const isListed = "IN (SELECT value FROM json_each(?))";
  const findFree = database.prepare(searchSql(isListed));
  const findOpenUntil = database.prepare(openSql(isListed, true));
  const findOpenFrom = database.prepare(openSql(isListed, false));
  const history = database.prepare(plainSql.history);
  return {
    publish: publisher(database),
    search: async ({ providerIds, from, to }) =>
      findFree.all(JSON.stringify(providerIds), from.getTime(), to.getTime()).length,
    findOpen: async ({ providerIds, from, to }) => {
      const ids = JSON.stringify(providerIds);
      const found =
        to === undefined ? findOpenFrom.all(ids, from.getTime()) : findOpenUntil.all(ids, from.getTime(), to.getTime());
      return found.length;
    },
    history: async (slotId) => history.all(slotId).length,
  };
}

function publisher(database: Database.Database): Application["publish"] {
  const addProvider = database.prepare("INSERT OR IGNORE INTO providers (id) VALUES (?)");
  const findOverlap = database.prepare(plainSql.findOverlap);
  const addSlot = database.prepare(
    `INSERT INTO slots (id, provider_id, facility_id, start_at, end_at, status, updated_at)
      VALUES (?, ?, ?, ?, ?, 'available', ?)`,
  );
  const addAudit = database.prepare("INSERT INTO audit (slot_id, actor, action, at) VALUES (?, 'bench', 'publish', ?)");
  const publish = database.transaction(({ providerId, times }: Shift): readonly FreeSlot[] => {
    addProvider.run(providerId);
    const now = Date.now();
    const overlap = findOverlap.get(providerId, times.at(-1)?.end.getTime(), times[0]?.start.getTime());
    if (overlap !== undefined) throw new Error("The benchmark publishes slots that overlap.");
    return times.map(({ start, end }) => {
      const id = uuidv7();
      addSlot.run(id, providerId, facilityId, start.getTime(), end.getTime(), now);
      addAudit.run(id, now);
      return { id, providerId, start, end };
    });
  });
  return async (shift) => publish.immediate(shift);
}
