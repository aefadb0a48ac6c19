export { type MemoryOptions, type MemoryTransaction, memoryAdapter } from "./adapter.ts";
export { createMemoryDatabase, type MemoryDatabase } from "./database.ts";
