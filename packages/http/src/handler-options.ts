import { inputSchemas } from "@slotwright/core/schemas";
import { z } from "zod";
import { calls } from "./calls.ts";
import { count, functionSchema, timerMs } from "./check-options.ts";

const required = z.custom((value) => typeof value === "function", "must be a function");

const engine = z.custom(
  (value) => typeof value === "object" && value !== null && "as" in value && typeof value.as === "function",
  "must be what createEngine(…) returns",
);

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

const ownCall = z.strictObject(
  { fields: z.custom().optional(), run: required },
  "must be an object with a function run(call)",
);

const live = z
  .looseObject(
    {
      openTo: z.custom(
        (value) => value === "everybody" || typeof value === "function",
        'must be "everybody" or a function of an actor',
      ),
    },
    'must be an object, such as { forDays: 60, openTo: "everybody" }',
  )
  .superRefine(({ openTo: _, signal, ...window }, context) => {
    // What `engine.follow` would refuse later, when only `onError` is told.
    const { error, data } = inputSchemas.follow.safeParse(window);
    for (const issue of error?.issues ?? []) context.issues.push(issue as never);
    if (data?.from !== undefined && data.to !== undefined && data.from > data.to) {
      context.addIssue({ code: "custom", path: ["to"], message: "must not be before from" });
    }
    // What ends it is `handler.close()`.
    if (signal !== undefined) context.addIssue({ code: "unrecognized_keys", keys: ["signal"], input: window });
  });

/** What `createHandler` takes. */
export const handlerSchema = z.strictObject(
  {
    engine,
    actorOf: required,
    basePath: z
      .string("must be a string")
      .regex(/^$|^\/.*[^/]$/s, "must begin with / and end without one, such as /api/booking")
      .optional(),
    origins: z
      .array(
        z.string("must be a string").refine(isOrigin, "must be an origin without a path, such as https://app.example"),
        "must be an array",
      )
      .optional(),
    live: live.optional(),
    calls: z
      .strictObject(
        Object.fromEntries(Object.keys(calls).map((name) => [name, ownCall.optional()])),
        "must be an object of calls",
      )
      .optional(),
    screenOf: functionSchema,
    onError: functionSchema,
    limits: z
      .strictObject(
        { bodyBytes: count, slotsBodyBytes: count, bodyMs: timerMs, headerLength: count },
        "must be an object, such as { bodyBytes: 100000 }",
      )
      .optional(),
    streams: z
      .strictObject(
        {
          most: count,
          mostOfActor: count,
          bufferBytes: count,
          slowMs: timerMs,
          aliveMs: timerMs,
          gatherMs: z.number("must be a number of milliseconds").min(0, "must not be negative").optional(),
          forSeconds: z.number("must be a number of seconds").positive("must be above 0").optional(),
        },
        "must be an object, such as { most: 5000 }",
      )
      .optional(),
  },
  "must be an object with an engine and actorOf",
);
