import type { SubjectAppointment } from "../../model/agenda.ts";
import type { Appointment, AppointmentStatus } from "../../model/appointment.ts";
import { requestIn } from "../../model/appointment-request.ts";
import type { JournalEntry } from "../../model/journal.ts";
import { limits } from "../../model/limits.ts";
import type { OtherTime } from "../../rules/policies/by-times.ts";
import type { OfSubject } from "../../rules/sight.ts";
import type { EngineSettings } from "../options.ts";
import { retryReads } from "../retry.ts";
import { byStart, countingAppointments } from "../sight/look-around.ts";
import { surelyWhole } from "../sight/survey.ts";
import { appointmentsById } from "./snapshot.ts";

/** The appointments of one subject, kept up to date by the feed. */
export interface SubjectWatch {
  /** Those that count for policies at this instant. Undefined if there are more than can be kept, or they are not read yet. */
  readonly ofSubject: (now: Date) => readonly OfSubject[] | undefined;
  /** Their times. */
  readonly times: (now: Date) => readonly OtherTime[] | undefined;
  /**
   * Reads all that may count for slots that are held from this time on. What the feed brings meanwhile is not lost. Of two
   * readings at a time, the one that began later counts: the slots may have been moved on in the feed between the two.
   */
  readonly readAnew: (from: number) => Promise<void>;
  /** Applies a part of the feed, perhaps once more. Returns the ids of appointments that have to be read for it. */
  readonly apply: (entries: readonly JournalEntry[]) => readonly string[];
  /** Takes what was read, of any subject. */
  readonly take: (appointments: readonly Appointment[]) => void;
}

/** Applies a part of the feed to all of them. An appointment that several cannot tell the subject of is read once. */
export async function applyToWatches(
  settings: EngineSettings,
  watches: ReadonlySet<SubjectWatch>,
  entries: readonly JournalEntry[],
): Promise<void> {
  const wanted = [...watches].flatMap((watch) => watch.apply(entries));
  if (wanted.length === 0) return;
  const read = await appointmentsById(settings, [...new Set(wanted)]);
  for (const watch of watches) watch.take(read);
}

interface Known extends Omit<SubjectAppointment, "id"> {
  readonly version: number;
}

/** Those that count from one instant to another. */
interface Counting {
  readonly from: number;
  readonly until: number;
  readonly ofSubject: readonly OfSubject[];
  readonly times: readonly OtherTime[];
}

export function watchSubject(settings: EngineSettings, subjectId: string): SubjectWatch {
  const { beforeMinutes = 0 } = settings.sights?.ofAll.subject ?? {};
  let known: Map<string, Known> | undefined;
  let counting: Counting | undefined;
  /** What the feed has brought since the last reading began. Undefined once that has ended. */
  let meanwhile: JournalEntry[] | undefined;

  function note(id: string, one: Known): void {
    if (one.version <= (known?.get(id)?.version ?? 0)) return;
    known?.set(id, one);
    counting = undefined;
  }

  /** False if the appointment has to be read. */
  function applyOne({ recordId, version, toStatus, changes }: JournalEntry): boolean {
    const before = known?.get(recordId);
    if (before === undefined) {
      if (version > 1) return changes.start === undefined;
      if (changes.subjectId?.to !== subjectId) return true;
    } else if (version <= before.version) return true;
    else if (version > before.version + 1) return false;
    const value = (field: keyof Known) => (changes[field]?.to as string | undefined) ?? before?.[field];
    const { request } = changes;
    note(recordId, {
      version,
      status: toStatus as AppointmentStatus,
      start: new Date(value("start") as string | Date),
      end: new Date(value("end") as string | Date),
      providerId: value("providerId") as string,
      facilityId: value("facilityId") as string,
      request: request === undefined ? (before?.request ?? null) : requestIn(request.to),
    });
    return true;
  }

  function apply(entries: readonly JournalEntry[]): readonly string[] {
    const own = entries.filter(({ recordKind }) => recordKind === "appointment");
    meanwhile?.push(...own);
    if (known === undefined) return [];
    return own.filter((entry) => !applyOne(entry)).map(({ recordId }) => recordId);
  }

  function take(appointments: readonly Appointment[]): void {
    for (const one of appointments) if (one.subjectId === subjectId) note(one.id, one);
  }

  async function readAnew(from: number): Promise<void> {
    const since: JournalEntry[] = [];
    meanwhile = since;
    const startFrom = new Date(from - beforeMinutes * 60_000 - limits.slotMs);
    const query = { subjectId, startFrom, limit: surelyWhole };
    const found = await retryReads(settings, (until) => settings.storage.findAppointments(query, until));
    if (meanwhile !== since) return;
    meanwhile = undefined;
    const read = new Map(found.map((one: Appointment) => [one.id, one]));
    known = read;
    counting = undefined;
    const missed = await appointmentsById(settings, [...new Set(apply(since))]);
    if (known === read) take(missed);
  }

  function countingAt(now: Date): Counting | undefined {
    if (known === undefined || known.size >= surelyWhole) return undefined;
    const at = now.getTime();
    if (counting === undefined || at < counting.from || at >= counting.until) counting = counted(known, now);
    return counting;
  }

  return {
    readAnew,
    apply,
    take,
    ofSubject: (now) => countingAt(now)?.ofSubject,
    times: (now) => countingAt(now)?.times,
  };
}

function counted(known: ReadonlyMap<string, Known>, now: Date): Counting {
  const ofSubject = [...known].flatMap(([id, one]) => countingAppointments({ id, ...one }, now)).sort(byStart);
  const ends = [...known.values()].flatMap(endsOf);
  const at = now.getTime();
  return {
    // A clock may go back.
    from: Math.max(...ends.filter((end) => end <= at)),
    until: Math.min(...ends.filter((end) => end > at)),
    ofSubject,
    times: ofSubject.map(asTimes),
  };
}

/** When a request or its offer runs out. */
function endsOf({ status, request }: Known): readonly number[] {
  if (status !== "scheduled" || request === null) return [];
  return [request.expiresAt, request.offer?.expiresAt].flatMap((end) => end?.getTime() ?? []);
}

const asTimes = ({ start, end, providerId }: OfSubject): OtherTime => ({
  start: start.getTime(),
  end: end.getTime(),
  providerId,
});
