import type { EngineSettings } from "./options.ts";

/** By engine. What works on an engine from the outside, as a relay does, finds its settings here. */
const known = new WeakMap<object, EngineSettings>();

export function noteSettings<Made extends object>(engine: Made, settings: EngineSettings): Made {
  known.set(engine, settings);
  return engine;
}

/** Undefined if it is no engine of this copy of the module. */
export function settingsOfEngine(engine: unknown): EngineSettings | undefined {
  return typeof engine === "object" && engine !== null ? known.get(engine) : undefined;
}
