import { sampleInstant as at, booking, creation, journalOf, slotAt } from "@slotwright/conformance";
import { CamelCasePlugin, Kysely, ParseJSONResultsPlugin, PostgresDialect, type Transaction } from "kysely";
import { Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

// Text that a plugin would take for JSON, in every field that holds text.
const odd = "[1]";
const slot = slotAt(0, { metadata: { snake_case: odd, nested: { a_b: { c_d: "{}" } }, list: ["[]"] } });
const keys = [
  { kind: "slot", id: slot.id },
  { kind: "schedule", id: slot.scheduleId },
  { kind: "appointment", id: `appointment-of-${slot.id}` },
  { kind: "command", id: `book ${slot.id}` },
] as const;

const plugins = {
  CamelCasePlugin: [new CamelCasePlugin()],
  ParseJSONResultsPlugin: [new ParseJSONResultsPlugin()],
  "both, and upper case, and nested objects": [
    new CamelCasePlugin({ upperCase: true, maintainNestedObjectKeys: false }),
    new ParseJSONResultsPlugin(),
  ],
};

describeOnServer("within a Kysely transaction of the host", (url) => {
  let store: PostgresStore;
  let pool: Pool;
  beforeEach(async () => {
    store = await openPostgresStore(url());
    pool = new Pool({ connectionString: url() });
    await store.storage.commit([creation(slot)]);
    await store.storage.commit([booking(slot, { subjectId: odd, metadata: { a_b: odd } })]);
  });
  afterEach(async () => {
    await pool.end();
    await store.close();
  });

  describe.each(Object.entries(plugins))("with %s,", (_name, ofHost) => {
    const inside = <T>(work: (transaction: Transaction<unknown>) => Promise<T>) =>
      new Kysely<unknown>({ dialect: new PostgresDialect({ pool }), plugins: ofHost }).transaction().execute(work);

    it("every read answers the same as without them", async () => {
      const { storage } = store;
      const reads: readonly ((on: typeof storage) => Promise<readonly unknown[]>)[] = [
        (on) => on.load(keys),
        (on) => on.findSlots({ asOf: at(0), limit: 5 }),
        (on) => on.findAppointments({ subjectId: odd, limit: 5 }),
        (on) => journalOf(on, { record: slot, limit: 5 }),
      ];
      for (const read of reads) {
        const without = await read(storage);
        expect(without.length).toBeGreaterThan(0);
        expect(await inside((transaction) => read(storage.within(transaction)))).toEqual(without);
      }
    });

    it("every outcome of a commit is the same as without them", async () => {
      const next = slotAt(30);
      const outcomes = await inside((transaction) =>
        store.storage
          .within(transaction)
          .commit([
            booking(slot),
            { ...booking(slot), command: { id: odd, requestHash: "", result: null } },
            booking(next, { slotIds: ["gone"] }),
          ]),
      );
      expect(outcomes).toEqual(
        await store.second.commit([
          booking(slot),
          { ...booking(slot), command: { id: odd, requestHash: "", result: null } },
          booking(next, { slotIds: ["gone"] }),
        ]),
      );
    });
  });
});
