import { type HttpComparison, type HttpResult, problemsOf, wanted } from "../http/result.ts";
import { insertSql, selectSql } from "../http/statements.ts";
import { settingsText } from "./circumstances.ts";
import { markdownTable } from "./markdown.ts";

/** What the handler serves, beside an Express application that does the least. */
export function httpChapter(result: HttpResult | undefined): string {
  if (result === undefined) return `${title}\n\nNot measured in this run.`;
  const { callers, streams, poolSize, news } = result;
  const introduction = `\`bench:http\` has one process with the handler and, beside it, an Express application that does the least; both have a pool of
${poolSize} connections. Another process has ${callers} callers, and ${streams} open streams that each follow one provider. All of them
and the server share this machine. A ratio is that of the rates of answers, with its 95 % interval; both had a turn in
each of ${result.rounds} rounds of ${result.roundMs / 1000} s.`;
  const told = `A booking reached the last of ${news.streams} open streams after ${news.p50Ms} ms, and after ${news.mostMs} ms at most
(${news.bookings} bookings; wanted: ${wanted.newsMs} ms).`;
  return [title, introduction, tableOf(result), missed(result), statements, told, factsOf(result)].join("\n\n");
}

/** What is slower than wanted is said, and not only to be found in the table. */
function missed(result: HttpResult): string {
  const problems = problemsOf(result);
  return problems.length === 0 ? "All of it is as fast as wanted." : `Slower than wanted: ${problems.join("; ")}.`;
}

const title = "## Over HTTP";

const names: Readonly<Record<HttpComparison["name"], string>> = {
  bookings: "a booking, to an insert of one row",
  searches: "a search by live slots, to a select",
};

function tableOf({ comparisons }: HttpResult): string {
  const rows = comparisons.map(({ name, ratio, perSecond }) => [
    names[name],
    ...[perSecond.own, perSecond.plain].map(String),
    ratio.ratio.toFixed(2),
    `${ratio.lower.toFixed(2)} to ${ratio.upper.toFixed(2)}`,
    String(wanted[name]),
  ]);
  const head = ["", "handler, per second", "plain route", "ratio", "interval", "wanted"];
  return markdownTable(head, rows, ["left", "right", "right", "right", "right", "right"]);
}

const statements = `What the plain routes send is one statement each, without a check, a journal or an idempotency key:

\`\`\`sql
${insertSql};

${selectSql.replaceAll("\n ", "\n  ")};
\`\`\``;

/** It is measured apart from the rest of the page. */
function factsOf({ server, startedAt, loadAverage, versions }: HttpResult): string {
  const load = `load average ${loadAverage.before.toFixed(1)} before and ${loadAverage.after.toFixed(1)} after`;
  return `${server.title} ${server.version} (${settingsText(server.durability)}), node ${versions.node}, pg ${versions.pg};
started ${startedAt}, ${load}.`;
}
