import { eachCall, intercepted } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import type { Tally } from "../../histories/tally.ts";
import { type Beside, type BesideStorages, withBeside } from "../beside/run.ts";
import { reopenedStorage } from "./file.ts";

/** Those who are on a file beside the callers. */
export interface Company {
  /** Sets the stage and inspects it. */
  readonly observer: StorageAdapter;
  /** Closes all their connections. Their calls wait until they may come back. */
  readonly leave: () => Promise<void>;
  readonly comeBack: () => void;
}

/** Lets them be on the file until the work has ended. Those who are away when it ends come back. */
export async function inCompany<T>(
  file: string,
  tally: Tally,
  work: (company: Company, beside: Beside) => Promise<T>,
): Promise<T> {
  const company = companyOn(file);
  try {
    return await withBeside(company.storages, tally, (beside) => work(company, beside).finally(company.comeBack));
  } finally {
    await company.close();
  }
}

/** Opens a connection for each of them: an observer, a reader of the feed, and two relays. */
function companyOn(file: string): Company & { readonly storages: BesideStorages; readonly close: () => Promise<void> } {
  let away: PromiseWithResolvers<void> | undefined;
  const opened = Array.from({ length: 4 }, () => reopenedStorage(file));
  const closeAll = async () => void (await Promise.all(opened.map(({ close }) => close())));
  const [observer, reader, ...relays] = opened.map(({ storage }) =>
    intercepted(storage, (target) =>
      eachCall(
        () => target,
        async (call, proceed) => {
          // No pause where nobody is away: a call would be made after its connection was closed.
          while (call !== "close" && away !== undefined) await away.promise;
          return proceed();
        },
      ),
    ),
  ) as [StorageAdapter, StorageAdapter, ...StorageAdapter[]];
  const comeBack = () => {
    away?.resolve();
    away = undefined;
  };
  return {
    observer,
    storages: { reader, relays },
    leave: async () => {
      away ??= Promise.withResolvers<void>();
      await closeAll();
    },
    comeBack,
    close: closeAll,
  };
}
