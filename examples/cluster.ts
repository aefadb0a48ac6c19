import { postgresAdapter } from "@slotwright/adapter-postgres";
import { createEngine } from "@slotwright/core";

/** `postgres://app@db-1:5432,db-2:5432,db-3:5432/clinic?target_session_attrs=read-write` */
export function engineOnCluster(connectionString: string) {
  const storage = postgresAdapter({ connectionString });
  return { storage, engine: createEngine({ storage }) };
}
