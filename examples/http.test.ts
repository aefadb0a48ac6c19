import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("the example of HTTP serves a caller who gives a name, and ends when it is told to", async () => {
  const file = fileURLToPath(new URL("./http.ts", import.meta.url));
  const host = spawn(process.execPath, [file], { env: { ...process.env, PORT: "0" } });
  let printed = "";
  host.stdout.on("data", (text: Buffer) => {
    printed += text.toString();
  });
  try {
    while (!/port: \d+/.test(printed)) await once(host.stdout, "data");
    const url = `http://127.0.0.1:${/port: (\d+)/.exec(printed)?.[1]}`;
    expect((await fetch(`${url}/slots`)).status).toBe(401);
    const to = new Date(Date.now() + 86_400_000).toISOString();
    const response = await fetch(`${url}/open-slots?to=${to}`, { headers: { "X-Patient": "ada" } });
    expect(await response.json()).toMatchObject({ success: true, items: [] });
    const stream = await fetch(`${url}/changes/stream`, { headers: { "X-Patient": "ada" } });
    host.kill("SIGTERM");
    expect(await stream.text()).toMatch(/"reason":"closing"/);
    expect(await once(host, "exit")).toEqual([0, null]);
  } finally {
    host.kill("SIGKILL");
  }
});
