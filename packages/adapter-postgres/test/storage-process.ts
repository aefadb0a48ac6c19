// The tests of races and of migrations start this as a process of its own.
import { storageProcess } from "@slotwright/adapter-sql/conformance";
import { postgresAdapter } from "../src/index.ts";

await storageProcess(postgresAdapter);
