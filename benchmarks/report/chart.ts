import type { EngineFacts } from "../arenas/arena.ts";
import { type ContenderName, contenderNames } from "../contenders/contender.ts";
import type { BenchmarkResult, ResultRow } from "../measuring/result.ts";

/** Each legible on white and on black. */
const colours: Readonly<Record<ContenderName, string>> = {
  slotwright: "#0f9d76",
  "slotwright-unseen": "#7cc4ad",
  "slotwright-policies": "#4f8f7b",
  "lock-row": "#d1642a",
  "lock-row-kysely": "#c99a1d",
  "check-then-insert": "#b0568f",
  floor: "#4a84c9",
  pgbench: "#8a8a8a",
};

const width = 900;
const panel = { width: 410, height: 210, left: 20, top: 70, gap: 30, plot: 130, title: 34 } as const;

const style = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 14px; }
  .small { font-size: 9px; }
  .axis { stroke: #8c959f; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .axis { stroke: #6e7681; } }`;

/** Bookings per second as bars, one panel for each engine and way of booking, without an added round trip. */
export function chartOf({ engines, rows }: BenchmarkResult): string {
  const panels = engines.flatMap((facts) =>
    (["own-slots", "hot-slot"] as const).map((workload) => ({
      title: `${facts.title} ${shortVersion(facts)}, ${workload}`,
      rows: nearest(rows.filter((row) => row.engine === facts.engine && row.workload === workload)),
    })),
  );
  const drawn = panels.filter((one) => one.rows.length > 0);
  const height = panel.top + Math.ceil(drawn.length / 2) * panel.height;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Bookings per second">`,
    `<style>${style}\n</style>`,
    text(panel.left, 24, "Answers per second, by concurrent callers", "title"),
    ...legend(contenderNames.filter((name) => drawn.some((one) => one.rows.some((row) => row.contender === name)))),
    ...drawn.map((one, index) => drawPanel(one.title, one.rows, index)),
    "</svg>\n",
  ].join("\n");
}

/** Distributions add their own numbers. */
export function shortVersion({ version }: EngineFacts): string {
  return /^[\d.]+/.exec(version)?.[0] ?? version;
}

/** Those with the shortest round trip. */
function nearest(rows: readonly ResultRow[]): readonly ResultRow[] {
  const rttMs = Math.min(...rows.map((row) => row.rttMs));
  return rows.filter((row) => row.rttMs === rttMs);
}

function text(x: number, y: number, content: string, className = "", anchor = "start"): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${fixed(x)}" y="${fixed(y)}" class="${className}" text-anchor="${anchor}">${escaped}</text>`;
}

const fixed = (number: number): string => String(Number(number.toFixed(1)));

function legend(names: readonly ContenderName[]): readonly string[] {
  return names.map((name, index) => {
    const x = panel.left + index * 125;
    return `<rect x="${x}" y="38" width="11" height="11" fill="${colours[name]}"/>${text(x + 16, 48, name)}`;
  });
}

function drawPanel(title: string, rows: readonly ResultRow[], index: number): string {
  const left = panel.left + (index % 2) * (panel.width + panel.gap);
  const top = panel.top + Math.floor(index / 2) * panel.height;
  const base = top + panel.title + panel.plot;
  const highest = Math.max(...rows.map(({ opsPerSecond }) => opsPerSecond), 1);
  const callers = [...new Set(rows.map((row) => row.callers))];
  const groupWidth = panel.width / callers.length;
  const groups = callers.map((count, group) => {
    const own = rows.filter((row) => row.callers === count);
    const x = left + group * groupWidth;
    return `${drawBars(own, { x, base, width: groupWidth, highest })}\n${text(x + groupWidth / 2, base + 16, String(count), "", "middle")}`;
  });
  const axis = `<line x1="${left}" x2="${left + panel.width}" y1="${base}" y2="${base}" class="axis"/>`;
  return [text(left, top + 14, title, "title"), axis, ...groups].join("\n");
}

interface GroupBox {
  readonly x: number;
  readonly base: number;
  readonly width: number;
  readonly highest: number;
}

function drawBars(rows: readonly ResultRow[], { x, base, width: groupWidth, highest }: GroupBox): string {
  const barWidth = Math.min(30, (groupWidth - 12) / rows.length);
  const first = x + (groupWidth - barWidth * rows.length) / 2;
  return rows
    .map(({ contender, opsPerSecond }, index) => {
      const height = (opsPerSecond / highest) * (panel.plot - 14);
      const [left, top] = [first + index * barWidth, base - height];
      const size = `width="${fixed(barWidth - 2)}" height="${fixed(height)}"`;
      const bar = `<rect x="${fixed(left)}" y="${fixed(top)}" ${size} fill="${colours[contender]}"/>`;
      return `${bar}${text(left + barWidth / 2 - 1, top - 3, short(opsPerSecond), "small", "middle")}`;
    })
    .join("\n");
}

function short(figure: number): string {
  if (figure < 1000) return String(Math.round(figure));
  return figure < 10_000 ? `${(figure / 1000).toFixed(1)}k` : `${Math.round(figure / 1000)}k`;
}
