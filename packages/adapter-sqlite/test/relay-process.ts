// The test of relays in several processes starts this, and kills it.
import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { createEngine, createRelay } from "@slotwright/core";
import { sqliteAdapter } from "../src/index.ts";

const [filename = "", sent = ""] = process.argv.slice(2);
const relay = createRelay({
  engine: createEngine({ storage: sqliteAdapter({ filename }) }),
  name: "mail",
  from: "beginning",
  leaseSeconds: 2,
  pollMs: 50,
  concurrency: 4,
  async handle({ recordKind, recordId, version }, { token, attempt }) {
    await pause(Math.random() * 20);
    if (attempt === 1 && Math.random() < 0.05) throw new Error("The mail server is away.");
    appendFileSync(
      sent,
      `${JSON.stringify({ pid: process.pid, token, record: `${recordKind} ${recordId}`, version })}\n`,
    );
  },
});
await relay.run();
