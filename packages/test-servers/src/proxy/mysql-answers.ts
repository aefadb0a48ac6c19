import type { AnswerProgress } from "./protocol.ts";

/** Follows an answer packet by packet. Returns how far it is, and what reads the next packet. */
export interface AnswerState {
  readonly progress: AnswerProgress;
  readonly next: (payload: Buffer) => AnswerState;
}

export type AnswerReader = AnswerState["next"];

const moreResults = 0x08;
const cursorExists = 0x40;

/** One packet is the whole answer. */
export const onePacket: AnswerReader = () => ended;

const ended: AnswerState = { progress: "ended", next: onePacket };

const begun = (next: AnswerReader): AnswerState => ({ progress: "begun", next });
const waiting = (next: AnswerReader): AnswerState => ({ progress: "waiting", next });

/** Until the server admits the client or refuses it. */
export const login: AnswerReader = (payload) => {
  if (isOk(payload) || isError(payload)) return ended;
  const isFastAuthentication = payload[0] === 1 && payload[1] === 3;
  return isFastAuthentication ? begun(login) : waiting(login);
};

/** The results of a statement: each a count of affected rows, or columns and rows. */
export const results: AnswerReader = (payload) => {
  if (isError(payload)) return ended;
  if (isOk(payload)) return afterResult(statusOfOk(payload));
  const asksForFile = payload[0] === 0xfb;
  return asksForFile ? waiting(results) : begun(columns);
};

const columns: AnswerReader = (payload) => {
  if (!isEnd(payload)) return begun(columns);
  return (statusOfEnd(payload) & cursorExists) === 0 ? begun(rows) : ended;
};

/** Rows, or other packets that end with the same packet as rows. */
export const rows: AnswerReader = (payload) => {
  if (isError(payload)) return ended;
  return isEnd(payload) ? afterResult(statusOfEnd(payload)) : begun(rows);
};

/** @param prepared Receives the statement's number. */
export function preparation(prepared: (id: number) => void): AnswerReader {
  return (payload) => {
    if (isError(payload)) return ended;
    prepared(payload.readUInt32LE(1));
    const columnCount = payload.readUInt16LE(5);
    const parameterCount = payload.readUInt16LE(7);
    return lists([columnCount, parameterCount].filter((count) => count > 0).length);
  };
}

/** Lists of columns or parameters, each with its end. */
function lists(left: number): AnswerState {
  if (left === 0) return ended;
  return begun((payload) => lists(isEnd(payload) ? left - 1 : left));
}

function afterResult(status: number): AnswerState {
  return (status & moreResults) === 0 ? ended : begun(results);
}

function isOk(payload: Buffer): boolean {
  return payload[0] === 0;
}

function isError(payload: Buffer): boolean {
  return payload[0] === 0xff;
}

/** A row may begin with the same byte, but is then longer. */
function isEnd(payload: Buffer): boolean {
  return payload[0] === 0xfe && payload.length < 9;
}

function statusOfEnd(payload: Buffer): number {
  return payload.readUInt16LE(3);
}

/** The status follows two numbers: the affected rows and the last id. */
function statusOfOk(payload: Buffer): number {
  const afterFirst = 1 + numberLength(payload[1]);
  return payload.readUInt16LE(afterFirst + numberLength(payload[afterFirst]));
}

const longNumbers: Readonly<Record<number, number>> = { 252: 3, 253: 4, 254: 9 };

function numberLength(first = 0): number {
  return longNumbers[first] ?? 1;
}
