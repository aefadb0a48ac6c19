import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds in which a node applies what it has received. */
const mostLagMs = 10_000;

/**
 * What each node answers, once all answer alike, or when the time is over. Nodes of somebody else may answer reads without
 * what another one has just acknowledged.
 * @param textOf Answers are alike if their texts are.
 */
export async function onceAlike<Answer>(
  urls: readonly string[],
  ask: (url: string) => Promise<Answer>,
  textOf: (answer: Answer) => string,
  withinMs = mostLagMs,
): Promise<readonly Answer[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answers = await Promise.all(urls.map(ask));
    if (new Set(answers.map(textOf)).size <= 1 || Date.now() >= deadline) return answers;
    await sleep(200);
  }
}
