import { sampleInstant as at, auditStore, booking, creation, slotAt } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { StorageError } from "@slotwright/core/adapter";
import { type Connection, createConnection } from "mysql2/promise";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isOutOfCluster, toStorageError } from "../src/errors.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const actor = { kind: "patient", id: "p" } as const;
const slot = slotAt(0);
const committed = [{ status: "committed" }];

const trigger = (body: string, table = "appointments", event = "before insert") =>
  `create trigger host_trigger ${event} on slotwright_${table} for each row begin ${body} end`;
const signal = (items: string) => trigger(`if new.subject_id = 'unwanted' then signal ${items}; end if;`);

/** What a host may have added to the tables that refuses a booking, and what removes it again. */
const additions: Readonly<Record<string, { readonly add: readonly string[]; readonly says: RegExp }>> = {
  "a trigger that signals": {
    add: [signal("sqlstate '45000' set message_text = 'not in our house'")],
    says: /not in our house/,
  },
  "a trigger that signals a class and number of its own": {
    add: [signal("sqlstate 'HY123' set message_text = 'not in our house', mysql_errno = 31001")],
    says: /not in our house/,
  },
  "a trigger whose message reads like the driver's about its pool": {
    add: [signal("sqlstate '45000' set message_text = 'Pool is closed on Mondays'")],
    says: /on Mondays/,
  },
  "a trigger whose message reads like the driver's about its connections": {
    add: [signal("sqlstate '45000' set message_text = 'no visits in a closed state'")],
    says: /no visits/,
  },
  "a trigger whose table has a column of the same name that is too narrow": {
    add: [
      "create table host_people (subject_id varchar(3))",
      trigger("insert into host_people values (new.subject_id);"),
    ],
    says: /subject_id/,
  },
  "a trigger that reports a missing privilege": {
    add: [signal("sqlstate '42000' set message_text = 'SELECT command denied for table people', mysql_errno = 1142")],
    says: /people/,
  },
  "a unique index": {
    add: [
      `insert into slotwright_appointments (id, subject_id, provider_id, provider_ids, facility_id, start_at, end_at, status, slot_ids, metadata, version, created_at, updated_at)
      values ('other', 'unwanted', 'p', '["p"]', 'f', 0, 1, 'scheduled', '[]', '{}', 1, 0, 0)`,
      "create unique index host_index on slotwright_appointments (subject_id)",
    ],
    says: /host_index/,
  },
  "a CHECK": {
    add: ["alter table slotwright_appointments add constraint host_check check (subject_id <> 'unwanted')"],
    says: /host_check/,
  },
  "a foreign key": {
    add: [
      "create table host_people (id varchar(128) primary key) engine = InnoDB default character set utf8mb4 collate COLLATION",
      "alter table slotwright_appointments add constraint host_key foreign key (subject_id) references host_people (id)",
    ],
    says: /host_key/,
  },
  "a trigger whose table already has the row": {
    add: [
      "create table host_people (id varchar(128) primary key)",
      "insert into host_people values ('unwanted')",
      trigger("insert into host_people values (new.subject_id);"),
    ],
    says: /unwanted/,
  },
  "a trigger whose table is too narrow": {
    add: ["create table host_people (note varchar(3))", trigger("insert into host_people values (new.subject_id);")],
    says: /note/,
  },
  "a unique index on the journal": {
    add: ["create unique index host_index on slotwright_journal (record_kind)"],
    says: /host_index/,
  },
};

describeOnEachServer("what a host has added to the tables", (server, engine) => {
  let store: MysqlStore;
  let admin: Connection;

  beforeEach(async () => {
    store = await openMysqlStore(server);
    admin = await createConnection(store.url);
    await store.storage.commit([creation(slot)]);
  });
  afterEach(async () => {
    await admin.query("drop trigger if exists host_trigger");
    await admin.query("alter table slotwright_appointments drop constraint host_check").catch(() => {});
    await admin.query("alter table slotwright_appointments drop foreign key host_key").catch(() => {});
    for (const table of ["appointments", "journal"]) {
      for (const index of ["host_index", "host_key"]) {
        await admin.query(`alter table slotwright_${table} drop index ${index}`).catch(() => {});
      }
    }
    await admin.query("drop table if exists host_people");
    await admin.end();
    await store.close();
  });

  const collation = engine === "mysql" ? "utf8mb4_0900_bin" : "utf8mb4_nopad_bin";

  it.each(Object.entries(additions))("refuses a call by %s, and reports what it was", async (_title, { add, says }) => {
    for (const statement of add) await admin.query(statement.replace("COLLATION", collation));
    const { put, ...rest } = booking(slot);
    const unwanted = put.map((one) => (one.kind === "appointment" ? { ...one, subjectId: "unwanted" } : one));
    const error = await store.storage.commit([{ ...rest, put: unwanted }]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({ failure: "refused", message: expect.stringMatching(says), cause: expect.any(Error) });
    expect(await store.storage.load([{ kind: "slot", id: slot.id }])).toEqual([slot]);
  });

  it("does not affect neighbours of the booking that it refuses", async () => {
    const booker = createEngine({ storage: store.storage });
    const half = (index: number) => ({ start: at(300 + index * 30), end: at(330 + index * 30) });
    const wanted = Array.from({ length: 6 }, (_, index) => half(index));
    const { slots } = await booker.createSlots({ actor, providerId: "q", facilityId: "f", slots: wanted });
    await admin.query(signal("sqlstate '45000' set message_text = 'not in our house'"));
    const answers = await Promise.allSettled(
      slots.map(({ id }, index) => booker.book({ actor, slotId: id, subjectId: index === 2 ? "unwanted" : "welcome" })),
    );
    expect(answers.map(({ status }) => status)).toEqual(
      slots.map((_, index) => (index === 2 ? "rejected" : "fulfilled")),
    );
    expect(answers[2]).toMatchObject({
      reason: { code: "refused_by_database", cause: { cause: { sqlMessage: "not in our house" } } },
    });
    expect(await auditStore(store.storage)).toEqual([]);
  });

  it("can use any number with the number's own meaning: 3101, by which a group of servers refuses a COMMIT, is transient", async () => {
    await admin.query(trigger("signal sqlstate '40000' set mysql_errno = 3101, message_text = 'rolled back';"));
    const call = store.storage.commit([booking(slot)]);
    await expect(call).rejects.toMatchObject({ failure: "transient", message: expect.stringMatching(/group/) });
    await admin.query("drop trigger host_trigger");
    expect(await store.storage.commit([booking(slot)])).toEqual(committed);
  });
});

describe("an error", () => {
  const context = { databaseName: "here/db" } as const;
  const answer = (errno: number, sqlState: string) => Object.assign(new Error("it said so"), { errno, sqlState });

  it.each([
    ["refused by a group of servers at COMMIT", answer(3101, "40000"), "commit", "transient"],
    ["of a snapshot that is too old, about a statement", answer(1020, "HY000"), "call", "transient"],
    ["for a packet that is too large", answer(1153, "08S01"), "commit", "refused"],
    ["for a value that exceeds a packet", answer(1301, "HY000"), "call", "refused"],
    ["of the server about a statement", answer(1690, "22003"), "call", "refused"],
    ["of the server about a statement of the migrations", answer(1690, "22003"), "migrate", "unavailable"],
    ["of a node that fails at the COMMIT of a migration's step", answer(1180, "HY000"), "migrate", "unknown"],
    ["of the server about itself", answer(1037, "HY001"), "call", "unavailable"],
    ["of the server about SQL that it does not understand", answer(1064, "42000"), "call", "unavailable"],
    ["of the driver that is unknown", new Error("odd"), "call", "unavailable"],
    [
      "of the network that is unknown",
      Object.assign(new Error("odd"), { errno: -71, code: "EPROTO" }),
      "call",
      "unavailable",
    ],
    ["of a driver in another realm", { errno: 1213, sqlState: "40001", message: "deadlock" }, "call", "transient"],
  ] as const)("%s is reported as such", (_title, error, during, failure) => {
    expect(toStorageError(error, { ...context, during })).toMatchObject({ failure, cause: error });
  });

  it.each([
    ...[3032, 3782, 3783, 3796, 3797, 3799, 6400, 6401].map((errno) => [errno, /not in its group/] as const),
    ...[3781, 3798, 4094].map((errno) => [errno, /waits for its group/] as const),
  ])("%i of a server of a group is transient, and says whether it takes part: %s", (errno, message) => {
    expect(toStorageError(answer(errno, "HY000"), { ...context, during: "call" })).toMatchObject({
      failure: "transient",
      message: expect.stringMatching(message),
    });
  });

  it.each([1047, 3032, 3100, 3782, 3783, 3796, 3797, 3799, 6400, 6401])(
    "%i of a server outside of its cluster makes the session useless",
    (errno) => expect(isOutOfCluster(answer(errno, "HY000"))).toBe(true),
  );

  it.each([1205, 3781, 3798, 4094])("%i of a member that waits for its group does not", (errno) =>
    expect(isOutOfCluster(answer(errno, "HY000"))).toBe(false),
  );

  it("about a snapshot that is too old ends a host's transaction, which is to be begun again", () => {
    expect(toStorageError(answer(1020, "HY000"), { ...context, during: "host" })).toMatchObject({
      failure: "transient",
      message: expect.stringMatching(/Your transaction .* has ended.*begin it again/),
    });
  });
});
