import { copyFileSync, rmSync } from "node:fs";
import { tellsReadersOfLoss } from "@slotwright/adapter-sql/conformance";
import type { StorageAdapter } from "@slotwright/core";
import Database from "better-sqlite3";
import { it } from "vitest";
import { sqliteAdapter } from "../src/index.ts";
import { freshFile } from "./fresh-folder.ts";

const opened = (filename: string) => sqliteAdapter({ filename }) as StorageAdapter<never>;

it("a reader who has had what a restored file lacks is told feed_reset, and one who stands before that goes on", async () => {
  const filename = freshFile();
  const backup = `${filename}.backup`;
  const storage = opened(filename);
  await storage.migrate();
  let restored: StorageAdapter<never> | undefined;
  await tellsReadersOfLoss({
    storage,
    backUp: async () => {
      const database = new Database(filename);
      database.prepare("vacuum into ?").run(backup);
      database.close();
    },
    restore: async () => {
      await storage.close();
      for (const suffix of ["-wal", "-shm"]) rmSync(`${filename}${suffix}`, { force: true });
      copyFileSync(backup, filename);
      restored = opened(filename);
      await restored.migrate();
      return restored;
    },
  });
  await restored?.close();
});
