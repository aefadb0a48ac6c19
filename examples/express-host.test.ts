import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { BookingError } from "@slotwright/core";
import SqliteDatabase from "better-sqlite3";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createApp } from "./express/app.ts";
import { runAgain } from "./express/database/run-again.ts";
import { type Database, openDatabase } from "./express/database.ts";
import { startServer } from "./express/server.ts";
import { clientOf, newPlace, publish, staff } from "./express/testing/client.ts";
import { sqlite } from "./express/testing/engines.ts";

async function freshUrl(): Promise<string> {
  const { url, drop } = await sqlite.createDatabase();
  onTestFinished(drop);
  return url;
}

/** Fails as often as there are errors, and then answers. */
function failing(...errors: readonly unknown[]) {
  const left = [...errors];
  return vi.fn(async () => {
    if (left.length > 0) throw left.shift();
    return "done";
  });
}

const refusal = new BookingError("slot_booked", { slotId: "s" });
const busy = new BookingError("storage_busy", { idempotencyKey: null, waitedMs: 10_000, repeat: "command" });
const lostCommit = new BookingError("outcome_unknown", { idempotencyKey: null });
const reset = new Error("reset");
const lostAtOnce = new BookingError("storage_unavailable", {}, new Error("cannot be reached", { cause: reset }));
const attempts = {
  idempotencyKey: "k",
  meaningOf: (error: unknown) => (error === reset ? "transient" : "other"),
} as const;

describe("a whole transaction of the host's", () => {
  it("runs again after a lost answer to COMMIT, and while the database is busy after that", async () => {
    const work = failing(lostAtOnce, lostCommit, busy, lostCommit);
    expect(await runAgain(attempts, work)).toBe("done");
    expect(work).toHaveBeenCalledTimes(5);
  });

  it("does not run again after a refusal, a mistake in the program, or what the engine has repeated already", async () => {
    for (const error of [refusal, busy, new TypeError("mistake")]) {
      const work = failing(error);
      await expect(runAgain(attempts, work)).rejects.toBe(error);
      expect(work).toHaveBeenCalledTimes(1);
    }
  });

  it("never says that nothing was changed once COMMIT may have taken effect", async () => {
    const lost = { code: "outcome_unknown", details: { idempotencyKey: "k" } };
    await expect(runAgain({ ...attempts, budgetMs: 0 }, failing(lostCommit))).rejects.toMatchObject(lost);
    const gone = new BookingError("storage_unavailable", {});
    await expect(runAgain(attempts, failing(lostCommit, gone))).rejects.toMatchObject(lost);
    await expect(runAgain(attempts, failing(lostCommit, refusal))).rejects.toBe(refusal);
  });
});

describe("the Express host", () => {
  it("waits for another process that is writing to the file, with the event loop free", async () => {
    const url = await freshUrl();
    const server = await startServer({ databaseUrl: url, port: 0 });
    onTestFinished(() => server.stop());
    const send = clientOf(server.url);
    const slot = await publish(send, newPlace());
    const other = new SqliteDatabase(url.replace("sqlite:", ""));
    other.exec("begin immediate");
    const booked = send("POST /appointments", { body: { subjectId: "ada", slotId: slot.id } });
    await sleep(200);
    expect(await send(`GET /slots/${slot.id}`)).toMatchObject({ body: { slot: { status: "available" } } });
    other.exec("rollback");
    other.close();
    expect(await booked).toMatchObject({ status: 201 });
  });

  it("says when to come again where the database is busy, names the client's key, and tells nobody else's secrets", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    const database = await openDatabase(await freshUrl());
    onTestFinished(() => database.close());
    const causes = [
      new BookingError("outcome_unknown", { idempotencyKey: "scoped" }),
      new Error("password at db.internal"),
    ];
    const broken: Database = { ...database, transaction: () => Promise.reject(causes.shift()) };
    const { app, handler } = createApp(broken);
    onTestFinished(() => handler.close());
    const http = createServer(app).listen(0, "127.0.0.1");
    onTestFinished(() => void http.close());
    await once(http, "listening");
    const send = clientOf(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
    const sent = { body: { subjectId: "ada", slotId: "s" }, headers: { "Idempotency-Key": "tuesday" } };
    const unknown = await send("POST /appointments", sent);
    expect(unknown).toMatchObject({ status: 503, body: { details: { idempotencyKey: "tuesday" } } });
    expect(unknown.headers.get("Retry-After")).toBe("1");
    const failed = await send("POST /appointments", sent);
    expect(failed).toMatchObject({ status: 500, body: { success: false, scenario: "internal_error" } });
    expect(JSON.stringify(failed.body)).not.toContain("db.internal");
    expect(log).toHaveBeenCalledTimes(2);
  });

  it("starts from the command line, says that it knows nobody, and answers what is under way before it stops", async () => {
    const main = fileURLToPath(new URL("./express/main.ts", import.meta.url));
    const env = { ...process.env, PORT: "0", DATABASE_URL: await freshUrl() };
    const host = spawn(process.execPath, [main], { env, stdio: "pipe" });
    const warned = once(host.stderr, "data");
    onTestFinished(() => void host.kill("SIGKILL"));
    const printed = String((await once(host.stdout, "data"))[0]);
    expect(printed.match(/^curl .+$/gm)).toHaveLength(3);
    expect(String((await warned)[0])).toMatch("This is not a sign-in");
    const url = /http:\S+(?=\.)/.exec(printed)?.[0] ?? "";
    const send = clientOf(url);
    const signedIn = await fetch(`${url}/sign-in`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ kind: "patient", id: "ada" }),
    });
    const [Cookie = ""] = signedIn.headers.getSetCookie();
    const stream = await fetch(`${url}/changes/stream`, { headers: { Cookie } });
    const slot = await publish(send, newPlace());
    const bookings = Array.from({ length: 20 }, (_, number) =>
      send("POST /appointments", { ...staff, body: { subjectId: `p-${number}`, slotId: slot.id } }).catch(
        () => "refused to connect",
      ),
    );
    await bookings[0];
    const ended = once(host, "exit");
    host.kill("SIGTERM");
    const answers = await Promise.all(bookings);
    expect(answers).toContainEqual(expect.objectContaining({ status: 201 }));
    expect(await stream.text()).toMatch('"reason":"closing"');
    expect(await ended).toEqual([0, null]);
  });

  it("refuses a URL of a database that it does not know", async () => {
    await expect(openDatabase("oracle://x")).rejects.toThrow("DATABASE_URL must be sqlite:file, postgres://");
  });
});
