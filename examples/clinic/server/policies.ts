import {
  type AudienceOf,
  cancelDeadline,
  minimumNotice,
  noOverlapOfSubject,
  type Policy,
  rescheduleDeadline,
} from "@slotwright/core";

const [hour, day] = [60, 24 * 60];

/** In what part somebody acts: patients for themselves, and the providers at the desk. */
export const audienceOf: AudienceOf = ({ kind }) => {
  if (kind === "patient") return "self_service";
  return kind === "system" ? "system" : "staff";
};

const audience = ["self_service"] as const;

/** The rules of this clinic. The last one holds for everybody, and the staff can pass it with a reason. */
export const policies: readonly Policy[] = [
  minimumNotice({ minutes: 2 * hour, audience }),
  cancelDeadline({ minutes: day, audience }),
  rescheduleDeadline({ minutes: day, audience }),
  noOverlapOfSubject(),
];
