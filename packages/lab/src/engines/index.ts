export type { Administration } from "./administration.ts";
export { chosenEngine } from "./chosen.ts";
export {
  type DatabaseAddress,
  type DatabaseEngine,
  type EngineName,
  engineNames,
  type FreshDatabase,
  isNoDatabaseError,
  NoDatabaseError,
  type Row,
  type SqlConnection,
} from "./engine.ts";
export type { Gate, GatedStorage } from "./gate.ts";
export type { HostPool, HostPoolOptions } from "./host-pool.ts";
export { loadEngine } from "./load.ts";
