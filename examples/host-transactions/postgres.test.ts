import { noServer, testServer } from "@slotwright/test-servers/vitest";
import { it } from "vitest";
import { postgresDatabase } from "./testing/databases.ts";
import { describeHosts } from "./testing/describe-hosts.ts";
import { postgresHosts } from "./testing/postgres-hosts.ts";

const server = await testServer("postgres");

if (server === undefined) it("is tried on postgres", ({ skip }) => skip(noServer("postgres")));
else describeHosts("postgres", postgresHosts, () => postgresDatabase(server));
