import { z } from "zod";
import { saying } from "./input-issue.ts";
import { notInJson } from "./json-schema.ts";

/** Perhaps of another realm. */
export const signalSchema = notInJson(z.custom<AbortSignal>(isSignal, saying("must be an AbortSignal", "wrong_type")));

function isSignal(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>;
  return (
    typeof aborted === "boolean" && typeof addEventListener === "function" && typeof removeEventListener === "function"
  );
}
