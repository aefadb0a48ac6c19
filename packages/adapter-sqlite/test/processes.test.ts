import { bookingRace } from "@slotwright/adapter-sql/conformance";
import { auditStore } from "@slotwright/conformance";
import { expect, it } from "vitest";
import { sqliteAdapter } from "../src/index.ts";
import { freshFile } from "./fresh-folder.ts";

it("four processes with 16 callers each share 30 slots on one file, and never book one slot twice", async () => {
  const filename = freshFile();
  const storage = sqliteAdapter({ filename });
  await storage.migrate();
  const program = new URL("storage-process.ts", import.meta.url);
  await bookingRace({ program, options: { filename }, storage, processes: 4, callers: 16 });
  expect(await auditStore(storage)).toEqual([]);
  await storage.close();
});
