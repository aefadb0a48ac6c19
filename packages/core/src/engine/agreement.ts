import { BookingError } from "../errors/index.ts";
import type { StorageAdapter, StoredSettings } from "../storage/adapter.ts";
import { isStorageError, StorageError } from "../storage/storage-error.ts";

export type SettingsStorage = Pick<StorageAdapter, "readSettings" | "storeSettings">;

/** What all engines on one database have to agree on. */
export interface Agreement {
  /** Whether they are known to agree. Nobody needs to ask then. */
  readonly isMade: () => boolean;
  /** @throws BookingError `settings_mismatch`; StorageError */
  readonly make: (storage: SettingsStorage) => Promise<void>;
  /** The same in a host's transaction, which may be rolled back. */
  readonly makeWithin: (storage: SettingsStorage) => Promise<void>;
}

/**
 * @param peek Reads the stored settings, outside of any host transaction.
 * @param runShared Runs work that several callers wait for.
 */
export function createAgreement(
  mine: StoredSettings,
  peek: SettingsStorage["readSettings"],
  runShared: <Result>(work: () => Result) => Result,
): Agreement {
  let isMade = false;
  let asking: Promise<StoredSettings> | undefined;
  let isPeeking = false;

  async function make(storage: SettingsStorage): Promise<void> {
    asking ??= runShared(() => agreedOn(storage, mine)).finally(() => {
      asking = undefined;
    });
    refuseOthers(await asking, mine);
    isMade = true;
  }

  /** What a transaction sees may be its own, and vanish with it. Only what others also see is remembered. */
  async function look(): Promise<void> {
    if (isPeeking) return;
    isPeeking = true;
    try {
      const stored = await runShared(peek);
      isMade ||= stored !== undefined && differenceOf(stored, mine) === undefined;
    } catch {
      // The next command asks again.
    } finally {
      isPeeking = false;
    }
  }

  return {
    isMade: () => isMade,
    make,
    async makeWithin(storage) {
      // Nothing awaits it: the transaction may hold the last connection.
      void look();
      refuseOthers(await agreedOn(storage, mine), mine);
    },
  };
}

async function agreedOn(storage: SettingsStorage, mine: StoredSettings): Promise<StoredSettings> {
  try {
    return (await storage.readSettings()) ?? (await storage.storeSettings(mine));
  } catch (error) {
    // Whatever became of it, nothing of the command itself was sent.
    if (isStorageError(error, "unknown")) throw new StorageError("transient", error.message, error);
    throw error;
  }
}

function refuseOthers(stored: StoredSettings, mine: StoredSettings): void {
  const setting = differenceOf(stored, mine);
  if (setting === undefined) return;
  throw new BookingError("settings_mismatch", { setting, expected: mine[setting], actual: stored[setting] });
}

function differenceOf(stored: StoredSettings, mine: StoredSettings): keyof StoredSettings | undefined {
  return (["overlapScope", "idempotencyScope"] as const).find((setting) => stored[setting] !== mine[setting]);
}
