/** Shared by all copies of this package in a process, and by all realms. */
const brand = Symbol.for("slotwright.error");

type ErrorClass = "BookingError" | "StorageError";

/**
 * Marks the errors of a class, so that they are recognised where `instanceof` is false: across realms, and across two
 * copies of this package. The mark is not part of their type, which stays assignable between copies.
 */
export function brandAs(name: ErrorClass, prototype: object): void {
  Object.defineProperty(prototype, brand, { value: name });
}

export function isBranded(value: unknown, name: ErrorClass): boolean {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[brand] === name;
}
