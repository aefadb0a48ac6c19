import {
  keyOf,
  keyText,
  type RecordKey,
  type SlotStatus,
  type Transition,
  type VersionedRecord,
} from "@slotwright/core/adapter";

/** A transition of a batch that is written as a whole. */
export interface Link {
  readonly transition: Transition;
  /** The versions that have to hold before the batch: those it names, and those before what it puts. */
  readonly expect: Transition["expect"];
  /** Without agendas that a later one puts as well. */
  readonly put: readonly PutRecord[];
  /** The same number for all that rest on one another: they are committed together or not at all. */
  readonly chain: number;
}

export interface PutRecord {
  readonly record: VersionedRecord;
  /** Whether it does not exist before the batch. */
  readonly isNew: boolean;
}

/** The versions that a transition depends on: those it names, and those before what it puts. */
function expectedOf({ expect, put }: Transition): Transition["expect"] {
  // Rules name what they put in the order of what they expect, so there is hardly ever anything to add.
  const isNamed = (record: VersionedRecord, index: number) => isBefore(record, expect[index]);
  return put.every(isNamed) ? expect : withThoseBefore(expect, put);
}

type Expected = Transition["expect"][number];

function isBefore({ kind, id, version }: VersionedRecord, expected: Expected | undefined): boolean {
  return expected?.version === version - 1 && expected.key.id === id && expected.key.kind === kind;
}

function withThoseBefore(expect: Transition["expect"], put: readonly VersionedRecord[]): Transition["expect"] {
  const expected = new Map<string, Expected>();
  const add = (key: RecordKey, version: number, status?: SlotStatus) => {
    const name = `${version} ${keyText(key)}`;
    const known = expected.get(name);
    // Two statuses never hold at once. Both are compared.
    if (status === undefined) expected.set(name, known ?? { key: keyOf(key), version });
    else {
      const isFirst = (known?.status ?? status) === status;
      expected.set(isFirst ? name : `${status} ${name}`, { key: keyOf(key), version, status });
    }
  };
  for (const { key, version, status } of expect) add(key, version, status);
  for (const record of put) add(record, record.version - 1);
  return [...expected.values()];
}

/**
 * What a batch needs and leaves. A transition that rests on others raises their agendas further, one version at a time.
 * Of such an agenda, the first version has to hold, and the last one is written.
 */
export function linksOf(batch: readonly Transition[]): readonly Link[] {
  if (!batch.every(raisesNoAgenda)) return linksByChains(batch);
  return batch.map((transition, chain) => ({
    transition,
    expect: expectedOf(transition),
    put: transition.put.map(asPut),
    chain,
  }));
}

/** Without policies, no transition does, and so none rests on another. */
function raisesNoAgenda({ put, restsOn = [] }: Transition): boolean {
  return restsOn.length === 0 && !put.some(({ kind }) => kind === "agenda");
}

function asPut(record: VersionedRecord): PutRecord {
  return { record, isNew: record.version === 1 };
}

function linksByChains(batch: readonly Transition[]): readonly Link[] {
  const chains = chainsOf(batch);
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  const asFound = batch.map((transition, index) => {
    const isRaised = raisedBefore(transition, chains[index] as number, last);
    const expect = expectedOf(transition).filter((one) => !isRaised(one));
    for (const record of transition.put) {
      if (record.kind !== "agenda") continue;
      const name = nameOf(record.id, chains[index] as number);
      if (!first.has(name)) first.set(name, record.version - 1);
      last.set(name, record.version);
    }
    return expect;
  });
  return batch.map((transition, index) => {
    const chain = chains[index] as number;
    const put = transition.put.flatMap((record) => {
      if (record.kind !== "agenda") return asPut(record);
      const name = nameOf(record.id, chain);
      return last.get(name) === record.version ? { record, isNew: first.get(name) === 0 } : [];
    });
    return { transition, expect: asFound[index] as Transition["expect"], put, chain };
  });
}

const nameOf = (agendaId: string, chain: number): string => `${chain} ${agendaId}`;

/** Whether one of its chain puts what is expected. */
function raisedBefore({ restsOn }: Transition, chain: number, last: ReadonlyMap<string, number>) {
  if (restsOn === undefined) return () => false;
  return ({ key, version }: Transition["expect"][number]) =>
    key.kind === "agenda" && last.get(nameOf(key.id, chain)) === version;
}

/** For each, the number of the first transition in its chain. */
function chainsOf(batch: readonly Transition[]): readonly number[] {
  const chains = batch.map((_, index) => index);
  const byCommand = new Map<string, number>();
  for (const [index, { command, restsOn = [] }] of batch.entries()) {
    byCommand.set(command.id, index);
    const joined = new Set(restsOn.flatMap((id) => chains[byCommand.get(id) ?? index] ?? []));
    if (joined.size === 0) continue;
    joined.add(index);
    const first = Math.min(...joined);
    for (const [other, chain] of chains.entries()) if (joined.has(chain)) chains[other] = first;
  }
  return chains;
}
