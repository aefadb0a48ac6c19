import type { Circumstances } from "../measuring/circumstances.ts";

/** Where, when and with what it was measured, as a chapter of a page. `where` says what ran on the machine. */
export function circumstancesChapter(of: Circumstances, where: string, more: readonly string[]): string {
  const { machine, loadAverage, versions, startedAt } = of;
  const facts = [
    `${machine.processors} × ${machine.processor}, ${machine.memoryGb} GB, ${machine.system}; ${where}`,
    `started ${startedAt}, load average ${loadAverage.before.toFixed(1)} before and ${loadAverage.after.toFixed(1)} after`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
    ...more,
  ];
  return `## Where this was measured\n\n${facts.map((fact) => `- ${fact}`).join("\n")}`;
}

/** An engine's settings, as it names them. */
export function settingsText(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `\`${name}=${value}\``)
    .join(", ");
}
