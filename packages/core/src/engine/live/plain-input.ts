import { isDate } from "../../model/date.ts";
import { limits } from "../../model/limits.ts";
import { liveOpenSchema } from "../../model/queries.ts";
import type { LiveOpenInput } from "../../model/read-inputs.ts";
import { parse } from "../parse.ts";
import type { Following } from "./following.ts";

/** A search whose times are dates already, if it has any. */
export interface PlainFind extends Omit<LiveOpenInput, "from" | "to"> {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** @throws BookingError `invalid_input` */
export function parsedFind({ slots }: Following, input: LiveOpenInput): PlainFind {
  const { providers } = slots().table;
  return isPlainFind(input, (id) => providers.has(id)) ? input : parse(liveOpenSchema, input);
}

const fields = new Set(["providerIds", "facilityId", "from", "to", "limit", "cursor", "order"]);

/**
 * Whether a search is plainly valid: the schema takes longer to say so for fifty ids than the search takes. Of all others
 * the schema says what they are.
 */
function isPlainFind(input: LiveOpenInput, isKnownProvider: (id: string) => boolean): input is PlainFind {
  try {
    for (const field in input) if (!fields.has(field)) return false;
    const { providerIds, facilityId, from, to, limit, cursor, order } = input;
    return (
      facilityId === undefined &&
      (cursor === undefined || cursor === null) &&
      (order === undefined || order === "earliest" || order === "latest") &&
      isPlainTime(from) &&
      isPlainTime(to) &&
      (limit === undefined || (Number.isInteger(limit) && limit >= 1 && limit <= limits.pageSize)) &&
      (providerIds === undefined || arePlainIds(providerIds, isKnownProvider))
    );
  } catch {
    return false;
  }
}

function isPlainTime(time: unknown): boolean {
  if (time === undefined) return true;
  if (!isDate(time)) return false;
  const epochMs = time.getTime();
  return epochMs >= limits.earliest && epochMs < limits.latest;
}

/** An id that is known has been checked before. */
function arePlainIds(ids: unknown, isKnown: (id: string) => boolean): boolean {
  if (!Array.isArray(ids) || ids.length < 1 || ids.length > limits.providersPerList) return false;
  for (const id of ids) if (typeof id !== "string" || !isKnown(id)) return false;
  return true;
}
