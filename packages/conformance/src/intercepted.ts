import type { StorageAdapter } from "@slotwright/core";

/** The methods of a storage, except for `within`, which returns another storage. */
export type StorageCalls = Omit<StorageAdapter<never>, "contract" | "within">;

/** Whether a command or a read waits for the call. Other calls run on their own, and no decision depends on them. */
const isWaitedFor: Readonly<Record<keyof StorageCalls, boolean>> = {
  load: true,
  loadAround: true,
  findSlots: true,
  findOpen: true,
  findAppointments: true,
  readJournals: true,
  readFeed: true,
  commit: true,
  readSettings: true,
  storeSettings: true,
  readRelay: true,
  storeRelay: true,
  begin: true,
  readClock: false,
  migrate: false,
  close: false,
};

/** Makes the call with `proceed`, and does something before it, after it, or instead of it. */
export type Around = <Answer>(call: keyof StorageCalls, proceed: () => Promise<Answer>) => Promise<Answer>;

/** What is called instead of a storage's own methods. */
export type Interceptor = (storage: StorageAdapter<never>) => Partial<StorageAdapter<never>>;

/**
 * The storage with some of its calls replaced, also within a host's transaction. It uses only the contract, so a
 * storage whose methods are on a prototype can be intercepted, too.
 */
export function intercepted<HostTransaction, Opened>(
  storage: StorageAdapter<HostTransaction, Opened>,
  intercept: Interceptor,
): StorageAdapter<HostTransaction, Opened> {
  const target = storage as StorageAdapter<never>;
  const whole: StorageAdapter<never> = {
    contract: target.contract,
    ...eachCall(() => target),
    within: (transaction) => intercepted(target.within(transaction), intercept),
    ...intercept(target),
  };
  return whole as StorageAdapter<HostTransaction, Opened>;
}

/** Runs something around each call that a command or a read waits for. */
export function aroundCalls(around: Around): Interceptor {
  return (storage) =>
    eachCall(
      () => storage,
      (call, proceed) => (isWaitedFor[call] ? around(call, proceed) : proceed()),
    );
}

/** Each call of the contract, on whichever storage is current when the call is made. */
export function eachCall(
  storageNow: () => StorageAdapter<never>,
  around: Around = (_, proceed) => proceed(),
): StorageCalls {
  const calls = Object.keys(isWaitedFor).map((name) => {
    const call = name as keyof StorageCalls;
    const proceed = (given: readonly never[]) => {
      const storage = storageNow();
      return Reflect.apply(storage[call] as (...given: never[]) => Promise<unknown>, storage, given);
    };
    return [call, (...given: never[]) => around(call, () => proceed(given))];
  });
  return Object.fromEntries(calls) as StorageCalls;
}

/** A storage that does something before the next commit, or the next call of another kind, once it is told to. */
export function interrupted(storage: StorageAdapter, at: keyof StorageCalls = "commit") {
  const next: { do?: (() => Promise<unknown>) | undefined } = {};
  const stopping = intercepted(
    storage,
    aroundCalls(async (call, proceed) => {
      const meanwhile = call === at ? next.do : undefined;
      if (meanwhile !== undefined) next.do = undefined;
      await meanwhile?.();
      return proceed();
    }),
  );
  return { next, stopping };
}
