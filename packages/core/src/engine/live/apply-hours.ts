import type { Availability } from "../../model/availability.ts";
import type { JournalEntry } from "../../model/journal.ts";

/**
 * Applies an entry of a provider's hours to those that are held. Taken from the feed, and not read: a server that is behind would
 * answer with hours from before the entry, and nothing would tell. False if they have to be read, because a version is missing.
 */
export function applyHours(hours: Map<string, Availability>, entry: JournalEntry): boolean {
  const { recordId, providerIds, facilityId, version, changes, at } = entry;
  const providerId = providerIds[0] as string;
  const before = hours.get(providerId);
  const known = before?.version ?? 0;
  if (version > known + 1) return false;
  if (version <= known) return true;
  const value = <Name extends "timeZone" | "hours" | "zoneRules">(name: Name) =>
    (changes[name]?.to ?? before?.[name]) as Availability[Name];
  hours.set(providerId, {
    kind: "availability",
    id: recordId,
    providerId,
    facilityId,
    timeZone: value("timeZone"),
    hours: value("hours"),
    zoneRules: value("zoneRules"),
    version,
    createdAt: before?.createdAt ?? at,
    updatedAt: at,
  });
  return true;
}
