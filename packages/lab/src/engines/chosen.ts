import { type EngineName, engineNames } from "./engine.ts";

/** The engine that the flags of a command line name: SQLite if they name none. @throws Error if they name several */
export function chosenEngine(flags: { readonly [Name in EngineName]?: string | boolean | undefined }): EngineName {
  const [name = "sqlite", ...others] = engineNames.filter((one) => flags[one]);
  if (others.length === 0) return name;
  throw new Error(`Choose one engine, not ${[name, ...others].map((one) => `--${one}`).join(" and ")}`);
}
