import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine } from "@slotwright/core";
import { createHandler } from "@slotwright/http";

const handler = createHandler({
  engine: createEngine({ storage: sqliteAdapter({ filename: process.env.BOOKINGS }) }),
  basePath: "/booking",
  actorOf({ headers }) {
    const [kind, id] = (headers.get("x-actor") ?? "").split("/");
    return id === undefined ? undefined : { kind, id };
  },
});

export { handler as GET, handler as POST };
