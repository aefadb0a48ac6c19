export {
  type Connection,
  type DatabaseEngine,
  type EngineName,
  engineNames,
  type FreshDatabase,
  NoDatabaseError,
  type Row,
} from "./engine.ts";
export { loadEngine } from "./load.ts";
