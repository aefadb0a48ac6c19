import type { ConformanceCase } from "../harness.ts";
import { badInputCases } from "./bad-input.ts";
import { bookingCases } from "./booking.ts";
import { raceCases } from "./races.ts";
import { randomCases } from "./random.ts";
import { storageContractCases } from "./storage-contract.ts";
import { syncCases } from "./sync.ts";
import { transitionCases } from "./transitions.ts";

/** Every promise of the suite. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...storageContractCases,
  ...bookingCases,
  ...transitionCases,
  ...badInputCases,
  ...raceCases,
  ...syncCases,
  ...randomCases,
];
