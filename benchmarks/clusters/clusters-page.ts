import { circumstancesChapter } from "../report/circumstances.ts";
import { type Alignment, markdownTable } from "../report/markdown.ts";
import type { ScaleResult } from "../scale/result.ts";
import { assumptions, type Measured, type Model, modelOf } from "./model.ts";
import { places } from "./places.ts";
import type { ClusterRow, ClustersResult, PlaceResult } from "./result.ts";

/** docs/scale-by-nodes.md, made from the results of a run, and from what the scale benchmark measured. */
export function clustersPage(result: ClustersResult, scale: ScaleResult): string {
  const { processors } = result.machine;
  const parts = [
    introduction,
    circumstancesChapter(result, "all nodes, engines and callers on this one machine", measuredHow(result)),
    explanation(processors),
    "## By nodes and engines",
    nodesTable(result),
    nodesVerdict(result),
    "## By distance",
    distanceExplanation,
    ...result.places.filter(isDistant).map(distanceTable),
    ...modelParts(result, scale),
  ];
  return `${parts.join("\n\n")}\n`;
}

function measuredHow({ places: measured }: ClustersResult): readonly string[] {
  const lengths = [...new Set(measured.map(({ ms }) => ms))].join(" or ");
  const loads = measured.map(({ loadAverage }) => loadAverage);
  const [least, most] = [Math.min(...loads), Math.max(...loads)].map((load) => load.toFixed(1));
  return [
    `${lengths} ms for each number, after a third of that to warm up`,
    `one run for each row of servers, and the above is of the last one; load average ${least} to ${most} after them`,
    ...(Number(most) > loadOfOurs
      ? ["**other programs were at work on the machine, so the numbers are too low, and vary**"]
      : []),
  ];
}

const introduction = `# Scale by nodes

Made by \`node benchmarks/clusters/page.ts\` from [the results of one run for each](scale/clusters.json), and from what
[scale.md](scale.md) measured. To run it on your own machine:

\`\`\`sh
npx --yes pnpm@12 bench:clusters                 # some four minutes
npx --yes pnpm@12 bench:clusters --place galera  # one of the rows; the others stay in the report
npx --yes pnpm@12 bench:clusters --quick         # to see that it works
npx --yes pnpm@12 bench:clusters --help
\`\`\``;

const explanation = (processors: number): string => `## What is measured

Each caller has a slot of its own, which it books and frees again, so callers do not meet. Both are commands with a durable
commit each. An engine has a process of its own with sixteen callers, and its default options. "Processors busy" is what the
processes of the engines, of the servers, and of the network between nodes used, of ${processors}. **All nodes share these
processors**, so a second node adds work here, and no room. On machines of their own, the nodes of a cluster would have more
of it; what does not change is that each node does the writes of all others, too.`;

function nodesTable({ places: measured }: ClustersResult): string {
  const rows = measured.flatMap(({ place, version, rows }) =>
    rows
      .filter(({ roundTripMs, callers }) => roundTripMs === 0 && callers > 1)
      .filter((row, index, all) => all.findIndex((one) => isAlike(one, row)) === index)
      .map((row) => [`${places[place].title}, ${version}`, ...figuresOf(row)]),
  );
  const head = ["servers", "nodes written", "engines", "commands a second", "p50 ms", "p95 ms"];
  const busy = ["busy: engines", "servers", "network"];
  return markdownTable([...head, ...busy], rows, ["left", ...right(8)]);
}

/** The first row of the distances measures the same once more. */
const isAlike = (one: ClusterRow, other: ClusterRow): boolean =>
  one.nodes === other.nodes && one.processes === other.processes;

function figuresOf({ nodes, processes, commandsPerSecond, p50Ms, p95Ms, busy }: ClusterRow): readonly string[] {
  const shown = [busy.engines, busy.servers, busy.network].map((share) => share?.toFixed(2) ?? "");
  return [String(nodes), String(processes), grouped(commandsPerSecond), p50Ms.toFixed(1), p95Ms.toFixed(1), ...shown];
}

const right = (count: number): readonly Alignment[] => Array.from({ length: count }, () => "right" as const);

function grouped(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, " ");
}

/** From this share on, the processors are what limits. */
const full = 0.85;

/** The load average that a measurement alone makes at most: three engines, and a few processes of servers. */
const loadOfOurs = 4;

/** What keeps the best row of each place from more. */
function nodesVerdict({ places: measured, machine }: ClustersResult): string {
  const isShared = measured.some(({ loadAverage }) => loadAverage > loadOfOurs);
  const others = isShared ? ", and for other programs, which were at work on this machine" : "";
  const rest = `the rest is waiting, for the disk and for one another${others}`;
  const lines = measured.map(({ place, rows }) => {
    const best = rows.toSorted((one, other) => other.commandsPerSecond - one.commandsPerSecond)[0] as ClusterRow;
    const { engines, servers, network } = best.busy;
    const used = engines + (servers ?? 0) + network;
    const share = used / machine.processors;
    const percent = `${Math.round(share * 100)} % of the processors are busy`;
    const waits = share >= full ? "they limit it" : rest;
    const most = engines > (servers ?? 0) ? "engines" : "servers";
    return `- ${places[place].title}: ${grouped(best.commandsPerSecond)} a second at best, at which ${percent}, more by ${most} than by the others; ${waits}.`;
  });
  return ["What limits each:", "", ...lines].join("\n");
}

const distanceExplanation = `The ways between nodes hold each message back, so that a message and its answer take this much longer. One engine works on
one node, which is the primary where there is only one, and its own way to the node is not delayed.
\`bench --rtt\` delays that one ([benchmarks.md](benchmarks.md)).`;

const isDistant = ({ rows }: PlaceResult): boolean => rows.some(({ roundTripMs }) => roundTripMs > 0);

function distanceTable({ place, version, rows }: PlaceResult): string {
  const measured = rows.filter(({ nodes, processes }) => nodes === 1 && processes === 1);
  const many = Math.max(...measured.map(({ callers }) => callers));
  const table = [...new Set(measured.map(({ roundTripMs }) => roundTripMs))].map((roundTripMs) => {
    // The last, because the table before has measured the first.
    const at = (callers: number) =>
      measured.findLast((row) => row.roundTripMs === roundTripMs && row.callers === callers) as ClusterRow;
    const [one, several] = [at(1), at(many)];
    return [
      String(roundTripMs),
      ...[one.p50Ms.toFixed(1), one.p95Ms.toFixed(1), grouped(one.commandsPerSecond)],
      ...[several.p50Ms.toFixed(1), grouped(several.commandsPerSecond)],
    ];
  });
  const head = ["ms between nodes", "one caller: p50 ms", "p95 ms", "a second", `${many} callers: p50 ms`, "a second"];
  return `${places[place].title}, ${version}:\n\n${markdownTable(head, table, right(head.length))}`;
}

function modelParts(result: ClustersResult, scale: ScaleResult): readonly string[] {
  const { sizes } = result;
  if (sizes === null) return [];
  const postgres = scale.engines.find(({ facts }) => facts.engine === "postgres");
  const largest = Math.max(...(postgres?.rows ?? []).map(({ slots }) => slots));
  const cpuOf = (workload: string) =>
    postgres?.rows.find((row) => row.slots === largest && row.workload === workload && row.reach === "anywhere")
      ?.cpuMs ?? 0;
  const measured: Measured = { tables: sizes.tables, bookCpuMs: cpuOf("book"), searchCpuMs: cpuOf("search") };
  const model = modelOf(measured);
  return [
    "## A thousand clinics",
    `A model, computed by [model.ts](../benchmarks/clusters/model.ts), and not a measurement. It assumes:`,
    assumptionList(measured, sizes, largest),
    "At the busiest hour of the year, that makes, each second:",
    ratesTable(model),
    `In a year, the tables of PostgreSQL ${sizes.version} grow by:`,
    sizesTable(model, sizes),
    conclusion(model, measured, result),
  ];
}

function assumptionList(
  { bookCpuMs, searchCpuMs }: Measured,
  sizes: NonNullable<ClustersResult["sizes"]>,
  largest: number,
): string {
  const a = assumptions;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return [
    `${grouped(a.clinics)} clinics with ${grouped(a.slotsPerYear)} slots a year, published ${a.slotsPerPublication} a call, on ${a.openDays} days`,
    `${percent(a.takenShare)} of the slots are taken in the end. Of all bookings, ${percent(a.cancelledShare)} are cancelled, and their slots are booked again; ${percent(a.movedShare)} are moved once`,
    `each visit has ${a.commandsPerVisit} further commands: the check-in, and its end`,
    `${a.searchesPerBooking} searches for each booking, of 50 providers in a week, none of them answered by live slots or a cache`,
    `the busiest day has ${a.busiestDay} times the calls of an average one, and its busiest hour ${percent(a.busiestHourShare)} of them. A morning on which bookings for a new term open may have far more: \`bench:crowds\` is about that`,
    `a booking or a cancellation writes ${a.entriesPerBooking} entries of the journal, a move ${a.entriesPerMove}, a publication one for each slot, anything else ${a.entriesPerVisitCommand}`,
    `${a.feedReaders} programs follow the feed: a relay, and live slots in four processes`,
    `bytes of a row as measured here, in tables of ${grouped(sizes.slots)} slots; stored answers of commands have ${grouped(a.answerBytes)} bytes more than there. Everything is kept for ${a.yearsKept} years`,
    `each command takes the processor time of a booking, ${bookCpuMs} ms, and each search ${searchCpuMs} ms: what [scale.md](scale.md) measured on PostgreSQL anywhere among ${grouped(largest)} slots, for engine and server together`,
    `half of a processor's time is planned for, and a server has ${a.processorsPerServer}`,
  ]
    .map((text) => `- ${text}`)
    .join("\n");
}

function ratesTable({ perSecond, perYear }: Model): string {
  const rows = [
    ["bookings", perSecond.bookings, perYear.bookings],
    ["commands, bookings among them", perSecond.commands, perYear.commands],
    ["searches", perSecond.searches, perYear.searches],
    ["entries of the feed", perSecond.entries, perYear.entries],
  ] as const;
  const cells = rows.map(([name, second, year]) => [name, second.toFixed(1), grouped(year)]);
  return markdownTable(["what", "a second", "a year"], cells, ["left", ...right(2)]);
}

function sizesTable({ sizes }: Model, { tables }: NonNullable<ClustersResult["sizes"]>): string {
  const rows = sizes.map(({ table, rows, gib }) => {
    const measured = tables.find((one) => one.table === table);
    const bytes = [measured?.bytesPerRow ?? 0, measured?.indexBytesPerRow ?? 0].map(grouped);
    return [`\`${table}\``, grouped(rows), ...bytes, gib.toFixed(1)];
  });
  const head = ["table", "rows a year", "bytes a row", "of its indexes", "GiB a year"];
  return markdownTable(head, rows, ["left", ...right(4)]);
}

function conclusion(model: Model, { tables }: Measured, { places: measured }: ClustersResult): string {
  const { gibPerYear, gibKept, perSecond, busy, servers } = model;
  const counted = tables.filter(({ table }) => model.sizes.some((one) => one.table === table));
  const quorum = measured.find(({ place }) => place === "postgres-cluster");
  const best = Math.max(...(quorum?.rows ?? []).map(({ commandsPerSecond }) => commandsPerSecond));
  const capacity = quorum
    ? ` The cluster of three above got through ${grouped(best)} commands a second on its shared processors, ${grouped(best / perSecond.commands)} times what this asks for.`
    : "";
  return `Together these ${counted.length} tables are ${gibPerYear.toFixed(0)} GiB a year, and ${gibKept.toFixed(0)} GiB after ${assumptions.yearsKept} years, without the log and backups. Readers of the
feed are given ${perSecond.entriesRead.toFixed(0)} entries a second.

At that hour, commands keep ${busy.commands.toFixed(2)} processors busy, and searches ${busy.searches.toFixed(2)}: reads decide, not bookings.${capacity} So ${servers.forTheLoad === 1 ? "one server carries" : `${servers.forTheLoad} servers carry`} the
load, and ${servers.inAll} are needed, ${assumptions.standbys} of them standbys, because an acknowledged booking has to outlive a server. A second server that
takes writes is not needed for this load.`;
}
