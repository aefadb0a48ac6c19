import type { Response } from "express";

/** `{ success: true, … }`, the counterpart of the envelope of a refusal. */
export function answer(response: Response, content: object): void {
  response.json({ success: true, ...content });
}

/** An answer about one record, whose version is its ETag: send it back in `If-Match`. */
export function answerWith(response: Response, record: { readonly version: number }, content: object): void {
  response.set("ETag", `"${record.version}"`);
  answer(response, content);
}
