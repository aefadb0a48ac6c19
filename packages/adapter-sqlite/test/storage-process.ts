// Started as a process of its own by the tests of races and of migrations.
import { storageProcess } from "@slotwright/adapter-sql/conformance";
import { sqliteAdapter } from "../src/index.ts";

await storageProcess(sqliteAdapter);
