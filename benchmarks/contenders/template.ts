/** Makes the value again, with these texts instead of those it was made from. */
export type Fill = (texts: readonly string[]) => unknown;

/**
 * Records where the texts occur in a value: in strings, in bytes, as numbers, and in the contents of arrays and
 * objects. They are looked up once, because the author of a statement knows where its parameters are.
 */
export function templateOf(value: unknown, texts: readonly string[]): Fill {
  return variableIn(value, texts) ?? (() => value);
}

/** Undefined if none of the texts occurs. */
function variableIn(value: unknown, texts: readonly string[]): Fill | undefined {
  if (typeof value === "string") return textTemplate(value, texts);
  if (typeof value === "number") return numberTemplate(value, texts);
  if (Buffer.isBuffer(value)) return isText(value) ? encodedTextTemplate(value, texts) : bytesTemplate(value, texts);
  if (Array.isArray(value)) return partsTemplate(value, texts, (parts) => parts.map(([, part]) => part));
  return isPlainObject(value) ? partsTemplate(value, texts, Object.fromEntries) : undefined;
}

function textTemplate(value: string, texts: readonly string[]): ((others: readonly string[]) => string) | undefined {
  // The longest first, because one may begin with another.
  const sorted = [...texts].sort((a, b) => b.length - a.length).map((text) => text.replaceAll(".", "\\."));
  const parts = value.split(new RegExp(`(${sorted.join("|")})`));
  if (parts.length === 1) return undefined;
  const places = parts.map((part) => texts.indexOf(part));
  return (others) => parts.map((part, index) => others[places[index] ?? -1] ?? part).join("");
}

function isText(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString()).equals(bytes);
}

function encodedTextTemplate(value: Buffer, texts: readonly string[]): Fill | undefined {
  const fill = textTemplate(value.toString(), texts);
  return fill && ((others) => Buffer.from(fill(others)));
}

/**
 * A binary format, in which sizes precede texts, and instants are numbers of eight bytes. All of them keep their size.
 */
function bytesTemplate(value: Buffer, texts: readonly string[]): Fill | undefined {
  const places = texts.flatMap((text, index) =>
    formsOf(text).flatMap((encode) => offsetsOf(encode(text), value).map((at) => ({ at, index, encode }))),
  );
  if (places.length === 0) return undefined;
  return (others) => {
    const filled = Buffer.from(value);
    for (const { at, index, encode } of places) {
      const [made, other] = [encode(texts[index] as string), encode(others[index] as string)];
      if (made.length !== other.length) throw new Error(`"${others[index]}" is not as long as "${texts[index]}".`);
      other.copy(filled, at);
    }
    return filled;
  };
}

type Encode = (text: string) => Buffer;

const formsOf = (text: string): readonly Encode[] => (/^\d{13}$/.test(text) ? [asText, asNumber] : [asText]);

const asText: Encode = (text) => Buffer.from(text);

const asNumber: Encode = (text) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(text));
  return bytes;
};

function offsetsOf(part: Buffer, whole: Buffer): readonly number[] {
  const offsets: number[] = [];
  for (let at = whole.indexOf(part); at !== -1; at = whole.indexOf(part, at + 1)) offsets.push(at);
  return offsets;
}

function numberTemplate(value: number, texts: readonly string[]): Fill | undefined {
  const place = texts.indexOf(String(value));
  return place === -1 ? undefined : (others) => Number(others[place]);
}

type Parts = readonly (readonly [string, unknown])[];

function partsTemplate(value: object, texts: readonly string[], whole: (parts: Parts) => unknown): Fill | undefined {
  const parts = Object.entries(value).map(([name, part]) => ({ name, part, fill: variableIn(part, texts) }));
  if (parts.every(({ fill }) => fill === undefined)) return undefined;
  return (others) => whole(parts.map(({ name, part, fill }) => [name, fill === undefined ? part : fill(others)]));
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
