import { useMemo } from "react";
import { useDirectory } from "../person.ts";
import { type Names, namesOf } from "./names.ts";

export function useNames(): Names {
  const directory = useDirectory();
  return useMemo(() => namesOf(directory), [directory]);
}
