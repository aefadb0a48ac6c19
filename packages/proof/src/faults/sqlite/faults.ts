import type { SqliteFault } from "./fault.ts";
import { killAtEachStep } from "./killed.ts";
import { lockFile, stopWriter } from "./locked.ts";
import { fillDisk, makeReadOnly } from "./refused.ts";
import { refuseByTrigger } from "./trigger.ts";
import { killOneOfTwo } from "./two-processes.ts";

export const sqliteFaults: readonly SqliteFault[] = [
  {
    key: "sqlite.killed-at-each-step",
    title: "a process is killed at each single statement, alone on the file or beside another one",
    run: killAtEachStep,
  },
  {
    key: "sqlite.two-processes-one-killed",
    title: "of two processes that work on one file, one is killed in the midst of it",
    run: killOneOfTwo,
  },
  {
    key: "sqlite.stopped-writer",
    title: "a process that has the write lock is stopped with SIGSTOP for a second, and continued",
    run: stopWriter,
  },
  {
    key: "sqlite.disk-fills",
    title: "the file cannot grow any more, and then it can again",
    run: fillDisk,
  },
  {
    key: "sqlite.read-only-file",
    title: "the file is read-only for a while",
    run: makeReadOnly,
  },
  {
    key: "sqlite.locked-by-another",
    title: "another program locks the file for longer than callers wait",
    run: lockFile,
  },
  {
    key: "sqlite.trigger-refuses",
    title: "a trigger that the host has added refuses the bookings of some subjects",
    run: refuseByTrigger,
  },
];
