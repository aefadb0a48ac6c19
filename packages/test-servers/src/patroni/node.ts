import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NodeSettings } from "../cluster/cluster.ts";
import type { Administrator, Installation, Invocation, RunFolder } from "../engine.ts";
import { give } from "../unprivileged.ts";
import type { PatroniPrograms } from "./programs.ts";

export interface Member {
  readonly name: string;
  /** Of Patroni's own server, which tells its role and takes commands. */
  readonly controlPort: number;
  /** Where it reaches etcd, on a way that can be cut. */
  readonly etcdPort: number;
  readonly administrator: Administrator;
  readonly settings: NodeSettings;
}

/** What all members are started with. */
export interface PatroniStart {
  readonly programs: PatroniPrograms;
  readonly bin: string;
  readonly python: Invocation;
}

/**
 * Patroni lets go of its server, so that it outlives it. Here it must not, and whatever is lost in a test is lost with
 * all of its processes. So Patroni has a parent that its orphans fall to (`PR_SET_CHILD_SUBREAPER`), that passes the
 * signal to end on, and that ends with the last of them. Once we are gone, it kills them, since they may be stopped.
 */
const parent = `
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
home = os.getppid()
patroni = os.fork()
if patroni == 0:
    os.execv(sys.executable, [sys.executable, "-m", "patroni", sys.argv[1]])
def look(*_):
    if os.getppid() != home:
        with open("/proc/self/task/%d/children" % os.getpid()) as children:
            for child in children.read().split():
                os.kill(int(child), signal.SIGKILL)
    signal.alarm(1)
signal.signal(signal.SIGTERM, lambda *_: os.kill(patroni, signal.SIGTERM))
signal.signal(signal.SIGALRM, look)
signal.alarm(1)
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
`;

/** Patroni and its server as one node of a cluster. */
export function memberInstallation({ programs, bin, python }: PatroniStart, member: Member): Installation {
  const { administrator } = member;
  return {
    version: "",
    origin: "Debian packages patroni and postgresql",
    recipe: "",
    account: programs.account,
    stopSignal: "SIGTERM",
    administrator,
    initialise: async () => {},
    beforeStart: async (run, port) => {
      for (const folder of [run.data, ownFolder(run)]) await mkdir(folder, { recursive: true, mode: 0o700 });
      const configuration = join(ownFolder(run), "patroni.json");
      await writeFile(configuration, JSON.stringify(configurationOf(member, run, port, bin)), { mode: 0o600 });
      for (const folder of [run.data, ownFolder(run)]) await give(folder, programs.account);
    },
    command: (run) => ({ ...python, arguments: ["-c", parent, join(ownFolder(run), "patroni.json")] }),
    url: ({ name, password }, port) => `postgres://${name}:${password}@127.0.0.1:${port}/postgres`,
  };
}

/** The account may not write beside its data. */
const ownFolder = ({ path }: RunFolder): string => join(path, "patroni");

/**
 * In seconds. A primary that cannot renew its key in etcd is no primary after the first. Patroni 3.1 and later take at
 * least 20, 1 and 3.
 */
const clock = { ttl: 5, loop_wait: 1, retry_timeout: 2 };

/** Patroni reads YAML, of which JSON is a part. */
function configurationOf(member: Member, run: RunFolder, port: number, bin: string): object {
  const { name, controlPort, etcdPort, administrator } = member;
  const control = `127.0.0.1:${controlPort}`;
  return {
    scope: "slotwright",
    name,
    restapi: { listen: control, connect_address: control },
    etcd3: { hosts: [`127.0.0.1:${etcdPort}`], use_proxies: true },
    bootstrap: {
      dcs: {
        ...clock,
        // A commit waits for a standby, and only one that has all of them may take over.
        synchronous_mode: true,
        synchronous_mode_strict: true,
        postgresql: { use_pg_rewind: true, use_slots: true, parameters: parametersOf(member) },
      },
      initdb: [{ encoding: "UTF8" }, { locale: "C" }, { "auth-host": "scram-sha-256" }, "data-checksums"],
    },
    postgresql: {
      listen: `127.0.0.1:${port}`,
      connect_address: `127.0.0.1:${port}`,
      bin_dir: bin,
      data_dir: run.data,
      pgpass: join(ownFolder(run), "passwords"),
      remove_data_directory_on_rewind_failure: true,
      remove_data_directory_on_diverged_timelines: true,
      pg_hba: ["host all all 127.0.0.1/32 scram-sha-256", "host replication all 127.0.0.1/32 scram-sha-256"],
      authentication: {
        superuser: { username: administrator.name, password: administrator.password },
        replication: { username: "replicator", password: administrator.password },
      },
    },
  };
}

function parametersOf({ settings }: Member): NodeSettings {
  return {
    unix_socket_directories: "",
    max_connections: "100",
    shared_buffers: "16MB",
    fsync: "on",
    synchronous_commit: "on",
    wal_keep_size: "512MB",
    jit: "off",
    ...settings,
  };
}
