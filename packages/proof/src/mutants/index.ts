import { aroundMutants } from "./around-mutants.ts";
import { columnMutants } from "./column-mutants.ts";
import { commitMutants } from "./commit-mutants.ts";
import { feedMutants } from "./feed-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { openMutants } from "./open-mutants.ts";
import { publishMutants } from "./publish-mutants.ts";
import { queryMutants } from "./query-mutants.ts";
import { relayMutants } from "./relay-mutants.ts";

export const mutants: readonly Mutant[] = [
  ...columnMutants,
  ...queryMutants,
  ...openMutants,
  ...aroundMutants,
  ...commitMutants,
  ...publishMutants,
  ...feedMutants,
  ...relayMutants,
];
