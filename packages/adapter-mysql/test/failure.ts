import { StorageError, type StorageFailure } from "@slotwright/core/adapter";
import { expect } from "vitest";

/**
 * What every call must reject with: the contract's own error, which names the database, keeps its cause and contains no
 * secret.
 */
export async function failure(call: Promise<unknown>, says: RegExp | string = ""): Promise<StorageFailure | undefined> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StorageError);
  const { message, failure: found, cause } = error as StorageError;
  expect(message).toMatch(says);
  expect(message).not.toMatch(/secret/);
  if (found !== "schema_outdated") expect(cause).toBeInstanceOf(Error);
  return found;
}
