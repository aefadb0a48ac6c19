export { auditStore } from "./audit.ts";
export { conformanceCases } from "./cases/index.ts";
export { describeConformance, runConformanceCase, type TestRunner } from "./describe.ts";
export type {
  CaseContext,
  ConformanceCase,
  ConformanceHarness,
  ConformanceStore,
  Corruption,
  HostTransactionHandle,
} from "./harness.ts";
