import type { ShownSlot } from "@slotwright/client";
import type { Finding, MovedSlot } from "@slotwright/core";
import type { Names } from "../directory/names.ts";
import { agree, formatDay, formatMoment, formatRange, formatZone } from "../time/format.ts";
import type { Case } from "./cases.ts";
import { type About, faultWords } from "./fault-words.ts";
import type { Progress, Run } from "./run.ts";

/** A finding in words. */
export interface FindingWords {
  readonly problem: string;
  /** What the repair does or did, or what is to be decided. */
  readonly remedy: string;
  readonly label: "Repair" | "Repaired" | "A person must decide";
}

/** What is told of a case: when it is, by the clock of its facility, and whose. */
export interface CaseWords {
  readonly when: string;
  /** The zone, where the reader's clock shows another time. */
  readonly zone: string | null;
  readonly where: string;
  readonly who: string | null;
  readonly findings: readonly FindingWords[];
}

export function wordsOfCase(found: Case, names: Names, local: string): CaseWords {
  const { slots, appointments, findings } = found;
  const item = slots[0] ?? appointments[0];
  const zone = item === undefined ? local : names.zone(item.facilityId);
  const seat = slots[0] !== undefined && slots[0].seat > 0 ? ` · seat ${slots[0].seat + 1}` : "";
  const patients = [...new Set(appointments.map(({ subjectId }) => names.patient(subjectId)))];
  return {
    when: item === undefined ? "At an unknown time" : whenOf(item, zone),
    zone: item === undefined || agree(item.start, zone, local) ? null : formatZone(zone),
    where: item === undefined ? "" : `${names.provider(item.providerId)} · ${names.facility(item.facilityId)}${seat}`,
    who: patients.length === 0 ? null : patients.join(", "),
    findings: findings.map((finding) => wordsOf(finding, aboutOf(finding, found, names))),
  };
}

const whenOf = ({ start, end }: { readonly start: Date; readonly end: Date }, zone: string): string =>
  `${formatDay(start, zone)}, ${formatRange(start, end, zone)}`;

function aboutOf({ records }: Finding, { slots, appointments }: Case, names: Names): About {
  const [slot, other] = records
    .filter(({ kind }) => kind === "slot")
    .map(({ id }) => slots.find((one) => one.id === id));
  const appointmentId = records.find(({ kind }) => kind === "appointment")?.id;
  return { slot, other, appointment: appointments.find(({ id }) => id === appointmentId), names };
}

function wordsOf({ kind, outcome }: Finding, about: About): FindingWords {
  const { problem, repair, done, decide } = faultWords[kind];
  const text = problem(about);
  if (outcome === "repaired") return { problem: text, remedy: done ?? "It is gone.", label: "Repaired" };
  if (outcome === "repairable") return { problem: text, remedy: repair?.(about) ?? "", label: "Repair" };
  return { problem: text, remedy: decide?.(about) ?? refusedRepair, label: "A person must decide" };
}

const refusedRepair =
  "Something else is wrong with the same record, so the database refuses the repair. What is right?";

/** `1 fault`, `2 faults`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** What the check came to. One line also on a phone, so that nothing moves when it is known. */
export function titleOf(run: Run): string {
  const faults = faultsIn(run);
  if (faults > 0) return `${counted(faults, "fault")} found`;
  return run.movedCount === 0 ? "Slots and appointments agree" : movedTitleOf(run);
}

const faultsIn = ({ repairable, manual }: Run): number => repairable + manual;

/** Whether nothing is wrong. */
export const isWell = (run: Run): boolean => faultsIn(run) + run.movedCount === 0;

/** What can be done about it, and when and how much was checked. What came later is not in it, and that is said. */
export function checkedOf(run: Run, local: string): string {
  const checked = `Checked ${formatMoment(run.startedAt, local)}: ${scannedOf(run.scanned)}, as they were then.`;
  return `${remediesOf(run)}${checked}`;
}

function remediesOf(run: Run): string {
  const [all, { repairable, manual }] = [faultsIn(run), run];
  if (all === 0) return "";
  if (manual === 0) return `${all === 1 ? "It" : all === 2 ? "Both" : "All"} can be repaired. `;
  if (repairable === 0) return "A person must decide. ";
  return `${repairable} can be repaired, and a person must decide about ${manual}. `;
}

const scannedOf = ({ slots, appointments }: Run["scanned"]): string =>
  `${counted(slots, "slot")} and ${counted(appointments, "appointment")}`;

/** What is under way. */
export const busyOf = (phase: "checking" | "repairing", isAgain: boolean): string =>
  phase === "repairing" ? "Repairing…" : isAgain ? "Checking again…" : "Checking…";

export const progressOf = (progress: Progress | null): string =>
  progress === null ? "Nothing is read yet." : `${scannedOf(progress.run.scanned)} so far.`;

/** Why a run did not come to its end, what that means, and what can be done. */
export function failureOf(of: "check" | "repair", why: string): { readonly title: string; readonly text: string } {
  if (of === "check")
    return { title: "The check did not come to its end", text: `${why} Whether all agree is not known.` };
  const text = `${why} It may have repaired more than is listed here. Check again to see what is left.`;
  return { title: "The repair did not come to its end", text };
}

/** What a repair came to. */
export function repairedOf(run: Run): string {
  const [faults, slots] = [run.repaired, run.moved.filter(({ outcome }) => outcome === "repaired").length];
  // Where not all are listed, it is not known how many of them were free.
  const moved = unlistedMoved(run) > 0 ? "slots moved" : slots > 0 ? `${counted(slots, "slot")} moved` : "";
  const parts = [faults > 0 ? `${counted(faults, "fault")} repaired` : "", moved].filter((part) => part !== "");
  return parts.join(", ") || "Nothing was left to repair";
}

/** What a repair would do, as a button and a question say it. Empty if there is nothing to repair. */
export function repairOf(run: Run): string {
  const { repairable: faults } = run;
  const mayMove = unlistedMoved(run) > 0 || run.moved.some(({ outcome }) => outcome === "repairable");
  const words = [faults > 0 ? `repair ${counted(faults, "fault")}` : "", mayMove ? "move the slots that are free" : ""];
  const text = words.filter((word) => word !== "").join(" and ");
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** How many moved slots are counted, but not listed. */
export const unlistedMoved = ({ moved, movedCount }: Run): number => movedCount - moved.length;

export const movedTitleOf = ({ movedCount }: Run): string =>
  `The clocks show another time for ${counted(movedCount, "slot")}`;

/** What is told of a slot that the clocks show at another time. */
export interface MovedWords {
  readonly time: string;
  /** When it would be, or was before it has moved. */
  readonly other: string;
  readonly where: string | null;
  readonly remedy: string;
}

/** @param slot Undefined if it could not be looked up. */
export function wordsOfMoved(moved: MovedSlot, slot: ShownSlot | undefined, names: Names, local: string): MovedWords {
  const zone = slot === undefined ? local : names.zone(slot.facilityId);
  const then = { start: moved.newStart, end: moved.newEnd };
  const [time, other] = moved.outcome === "repaired" ? [then, moved] : [moved, then];
  const isSameDay = formatDay(time.start, zone) === formatDay(other.start, zone);
  const otherTime = isSameDay ? formatRange(other.start, other.end, zone) : whenOf(other, zone);
  return {
    time: whenOf(time, zone),
    other: `${moved.outcome === "repaired" ? "before" : "instead of"} ${otherTime}`,
    where: slot === undefined ? null : `${names.provider(slot.providerId)} · ${names.facility(slot.facilityId)}`,
    remedy: movedRemedies[moved.outcome],
  };
}

const movedRemedies: Readonly<Record<MovedSlot["outcome"], string>> = {
  repaired: "It was free, and has moved.",
  repairable: "It is free: the repair moves it.",
  manual: "It is not free. Ask those who have it, and move the appointment, or keep it where it is.",
};

/** How many faults are counted, but not listed. */
export function unlistedOf(all: number, listed: number): string | null {
  const more = all - listed;
  return more === 0 ? null : `${counted(more, "more fault")} counted, but not listed.`;
}

export const repairedAtOf = ({ startedAt }: Run, local: string): string =>
  `Repaired ${formatMoment(startedAt, local)}. Each is noted in the history of its slot or appointment.`;

/** What is listed. If the last check has failed, it is that of an earlier one. */
export const faultsTitleOf = ({ startedAt }: Run, isFresh: boolean, local: string): string =>
  isFresh ? "What does not agree" : `What did not agree on ${formatMoment(startedAt, local)}`;
