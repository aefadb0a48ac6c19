import ICAL from "ical.js";
import type { Component } from "./components.ts";
import { propertyOf, refuseIn, type Where } from "./refuse-in.ts";

/** A line of a calendar as ical.js reads it: in the form of jCal, RFC 7265. */
export interface Property {
  readonly where: Where;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly values: readonly unknown[];
}

/**
 * The most equals signs of a line, of which each parameter has one and each part of a rule. What ical.js does for a
 * parameter takes as long as the line is.
 */
const mostParameters = 64;

/**
 * All lines of this name.
 * @throws BookingError `invalid_input`
 */
export function propertiesOf(component: Component, name: string): readonly Property[] {
  const where = propertyOf(component, name);
  // ical.js reads rules in upper case only.
  const isRule = name.endsWith("RULE");
  return (component.lines.get(name) ?? []).map((line) => propertyIn(isRule ? line.toUpperCase() : line, where));
}

/**
 * The line of this name, if there is one.
 * @throws BookingError `invalid_input` if it cannot be read, or if there are several
 */
export function singlePropertyOf(component: Component, name: string): Property | undefined {
  const [one, ...more] = propertiesOf(component, name);
  if (more.length > 0) refuseIn(propertyOf(component, name), { code: "repeated" }, "must not be there twice");
  return one;
}

/** The text of the line of this name, in upper case. */
export const wordOf = (component: Component, name: string): string | undefined =>
  component.lines
    .get(name)?.[0]
    ?.replace(/^[^:]*:/, "")
    .trim()
    .toUpperCase();

function propertyIn(line: string, where: Where): Property {
  if (equalsSigns(line) > mostParameters) {
    refuseIn(
      where,
      { code: "too_many", maximum: mostParameters },
      `must not have more than ${mostParameters} parameters`,
    );
  }
  const [, parameters, , ...values] = parsed(line, where);
  return { where, parameters, values };
}

type JcalProperty = readonly [name: string, parameters: Property["parameters"], type: string, ...values: unknown[]];

function parsed(line: string, where: Where): JcalProperty {
  try {
    return ICAL.parse.property(line);
  } catch (error) {
    return refuseIn(where, { code: "invalid" }, `cannot be read: ${String((error as Error).message).slice(0, 100)}`);
  }
}

function equalsSigns(line: string): number {
  let count = 0;
  for (let at = line.indexOf("="); at !== -1 && count <= mostParameters; at = line.indexOf("=", at + 1)) count += 1;
  return count;
}
