import type { ServerName } from "../src/index.ts";
import { runs, startProxy } from "../src/proxy/index.ts";
import { connectClient } from "./proxy-client.ts";

/**
 * Leaves a proxy in the middle of everything it can be doing, closes it, and has nothing else to do. The process ends
 * by itself if the proxy has released what it held. Usage: `proxy-process.ts <engine> <url>`.
 */
const [, , engine, url] = process.argv as unknown as readonly [string, string, ServerName, string];
const proxy = await startProxy({ engine, url });
const connect = () => connectClient(engine, proxy.url(url));

for (const point of ["before-forward", "after-forward", "mid-answer"] as const) {
  for (const action of ["swallow", { delayMs: 3_600_000 }] as const) {
    const fault = proxy.inject({ when: runs(/select 1/), point, action });
    const client = await connect();
    client.query("select 1").catch(() => {});
    await fault.whenHit;
    if (point === "mid-answer") client.destroy();
  }
}
proxy.inject({ when: runs(/select 2/), point: "before-forward", action: "cut" });
const idle = await connect();
const abandoned = await connect();
proxy.pause();
idle.query("select 3").catch(() => {});
abandoned.destroy();
proxy.refuse();
await proxy.accept();
await proxy.close();
process.stdout.write("closed\n");
