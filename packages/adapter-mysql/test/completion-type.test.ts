import { booking, creation, slotAt } from "@slotwright/conformance";
import { createPool, type RowDataPacket } from "mysql2/promise";
import { describe, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";

const large = [0, 30].map((minutes) => slotAt(minutes, { metadata: { text: "x".repeat(150_000) } }));
const [first, second] = large as [(typeof large)[0], (typeof large)[0]];

describeOnEachServer("with completion_type", (server) => {
  describe.each([
    [1, "CHAIN"],
    [2, "RELEASE"],
  ])("%i (%s)", (type) => {
    it("commits and rollbacks leave no transaction open, and keep the connection", async () => {
      const { url, drop } = await server.createDatabase();
      const pool = createPool({ uri: url, connectionLimit: 1 });
      const threadOf = async () => (await pool.query<RowDataPacket[]>("select connection_id() as id"))[0][0]?.id;
      const isOutside = async () => {
        // Refused within a transaction.
        await pool.query("set transaction isolation level read committed");
        return true;
      };
      const thread = await threadOf();
      await pool.query(`set completion_type = ${type}`);
      const storage = mysqlAdapter({ pool });
      await storage.migrate();
      expect(await isOutside()).toBe(true);
      // More than one call can carry, so that the driver commits, and not the procedure.
      expect(await storage.commit([creation(...large)])).toEqual([{ status: "committed" }]);
      expect(await isOutside()).toBe(true);
      expect(await storage.commit([booking(first)])).toEqual([{ status: "committed" }]);
      expect(await isOutside()).toBe(true);
      expect(await storage.commit([booking({ ...second, version: 5 })])).toMatchObject([{ status: "stale" }]);
      expect(await isOutside()).toBe(true);
      await expect(storage.commit([booking(second, { subjectId: null as never })])).resolves.toMatchObject([
        { status: "refused" },
      ]);
      expect(await isOutside()).toBe(true);
      await pool.query("start transaction");
      await pool.query("select count(*) from slotwright_slots");
      expect(await storage.load([{ kind: "slot", id: second.id }])).toEqual([second]);
      expect(await isOutside()).toBe(true);
      expect(await threadOf()).toBe(thread);
      await pool.end();
      await drop();
    });
  });
});
