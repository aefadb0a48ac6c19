import { readdir, readFile, readlink } from "node:fs/promises";
import type { Socket } from "node:net";

/** Whichever of these processes has opened a connection to us on the loopback address, as the kernel tells it. */
export async function openerOf({ remotePort }: Socket, pids: readonly number[]): Promise<number | undefined> {
  const socket = await socketAt(remotePort);
  for (const pid of socket === undefined ? [] : pids) {
    if (await hasOpen(pid, `socket:[${socket}]`)) return pid;
  }
  return undefined;
}

/** The number of the socket of this machine that has a local port, and is connected. */
async function socketAt(port: number | undefined): Promise<string | undefined> {
  const table = await readFile("/proc/net/tcp", "utf8");
  const rows = table.split("\n").map((line) => line.trim().split(/\s+/));
  const row = rows.find(([, local, , state]) => local === `0100007F:${hexadecimal(port)}` && state === "01");
  return row?.[9];
}

const hexadecimal = (port = 0): string => port.toString(16).toUpperCase().padStart(4, "0");

async function hasOpen(pid: number, target: string): Promise<boolean> {
  // It may have ended, and closes what it had.
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => "")));
  return targets.includes(target);
}
