import type { Actor } from "@slotwright/core";
import { type Directory, facilities, type People, patients, providers } from "../people.ts";
import { warning } from "./sign-in.ts";

/** Whom somebody may be. Only the stand-in for a sign-in tells that to everybody. */
export const people: People = { patients, providers, warning };

/** What this actor may know of people and places. */
export function directoryOf({ kind, id }: Actor, searchableDays: number): Directory {
  const isStaff = kind === "provider";
  const { name = id } = [...patients, ...providers].find((one) => one.id === id) ?? {};
  return {
    me: { id, name, kind: isStaff ? "provider" : "patient" },
    facilities,
    providers,
    patients: isStaff ? patients : patients.filter((one) => one.id === id),
    searchableDays,
    warning,
  };
}
