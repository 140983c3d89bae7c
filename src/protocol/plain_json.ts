/** Wire values → the nearest JSON without tags, for readers that do not know them. Runs on the host only. */

import { hasTag } from "./decode_value.ts";
import type { WireValue } from "./frames.ts";
import { setOwn } from "./encoder.ts";
import { TYPED_ARRAY_CLASSES } from "./primordials.ts";
import { childPath, type Path, printPath, rootPath, TAG } from "./value_tags.ts";

/** Notes kept of one value; the rest are counted. */
const MAX_NOTES = 8;

type WireObject = { readonly [key: string]: WireValue };

/** Plain JSON, and one sentence for each thing that changed on the way. */
export interface PlainJson {
  /** `undefined` when the value itself is. */
  readonly json: WireValue | undefined;
  readonly notes: readonly string[];
}

/** Entries of Maps that become members; objects of very many names take seconds to make and to read. */
const MAX_MAP_NAMES = 50_000;

interface Notes {
  readonly kept: string[];
  count: number;
  /** Entries of Maps that have become members. */
  names: number;
}

/**
 * The nearest plain JSON: Date → ISO text, Map → object when its keys are texts and not very many, else pairs, Set →
 * array, bigint → number when exact, else decimal text, bytes → base64, RegExp → `/source/flags`,
 * Error → object, URL → text, undefined → left out of objects, null in arrays, NaN and infinities →
 * null, -0 → 0.
 */
export function toPlainJson(wire: WireValue): PlainJson {
  const notes: Notes = { kept: [], count: 0, names: 0 };
  // Copying takes much longer than looking, and most values are plain.
  if (!hasTag(wire)) return { json: wire, notes: notes.kept };
  const isNothing = isRecord(wire) && wire[TAG] === "undefined";
  const json = isNothing ? undefined : plain(wire, rootPath("result"), notes);
  if (notes.count > MAX_NOTES) {
    notes.kept.push(`${notes.count - MAX_NOTES} further values became their nearest JSON`);
  }
  return { json, notes: notes.kept };
}

function plain(wire: WireValue, path: Path, notes: Notes): WireValue | undefined {
  if (typeof wire !== "object" || wire === null) return wire;
  if (Array.isArray(wire)) {
    return wire.map((item, index) => plain(item, childPath(path, index), notes) ?? null);
  }
  const record = wire as WireObject;
  const type = Object.hasOwn(record, TAG) ? record[TAG] : undefined;
  if (typeof type !== "string") return plainProperties(record, path, notes);
  const converted = plainTagged(type, record["value"], path, notes);
  return converted === MISFIT ? plainProperties(record, path, notes) : converted;
}

function plainProperties(wire: WireObject, path: Path, notes: Notes): WireValue {
  const record: { [key: string]: WireValue } = {};
  for (const key of Object.keys(wire)) {
    const value = plain(wire[key]!, childPath(path, key), notes);
    if (value !== undefined) setOwn(record, key, value);
  }
  return record;
}

/** Says that a tagged object is not what its tag promises. */
const MISFIT = Symbol("misfit");

type Converted = WireValue | undefined | typeof MISFIT;
type Convert = (value: WireValue | undefined, path: Path, notes: Notes) => Converted;

const CONVERTERS = new Map<string, Convert>([
  ["undefined", (_value, path, notes) => note(notes, path, "undefined was left out", undefined)],
  ["hole", (_value, path, notes) => note(notes, path, "a missing element became null", undefined)],
  ["number", (value, path, notes) => plainNumber(value, path, notes)],
  ["bigint", (value, path, notes) => plainBigInt(value, path, notes)],
  [
    "Date",
    (value, path, notes) =>
      value === null
        ? note(notes, path, "an invalid Date became null", value)
        : typeof value === "string"
        ? note(notes, path, "a Date became text", value)
        : MISFIT,
  ],
  ["Map", (value, path, notes) => Array.isArray(value) ? plainMap(value, path, notes) : MISFIT],
  [
    "Set",
    (value, path, notes) =>
      Array.isArray(value)
        ? note(notes, path, "a Set became an array", plain(value, path, notes))
        : MISFIT,
  ],
  [
    "Error",
    (value, path, notes) =>
      isRecord(value)
        ? note(notes, path, "an Error became an object", plain(value, path, notes))
        : MISFIT,
  ],
  [
    "RegExp",
    (value, path, notes) =>
      Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "string"
        ? note(notes, path, "a RegExp became text", `/${value[0]}/${value[1]}`)
        : MISFIT,
  ],
  [
    "URL",
    (value, path, notes) =>
      typeof value === "string" ? note(notes, path, "a URL became text", value) : MISFIT,
  ],
  [
    "Object",
    (value, path, notes) => isRecord(value) ? plainProperties(value, path, notes) : MISFIT,
  ],
]);

function plainTagged(
  type: string,
  value: WireValue | undefined,
  path: Path,
  notes: Notes,
): Converted {
  const convert = CONVERTERS.get(type);
  if (convert) return convert(value, path, notes);
  const isBytes = type === "ArrayBuffer" || type === "DataView" ||
    Object.hasOwn(TYPED_ARRAY_CLASSES, type);
  if (!isBytes || typeof value !== "string") return MISFIT;
  return note(notes, path, `the bytes of ${article(type)} became base64 text`, value);
}

function article(type: string): string {
  return /^[AI]/.test(type) ? `an ${type}` : `a ${type}`;
}

function isRecord(value: WireValue | undefined): value is WireObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function note<T extends Converted>(notes: Notes, path: Path, text: string, json: T): T {
  notes.count += 1;
  if (notes.kept.length < MAX_NOTES) notes.kept.push(`${printPath(path)}: ${text}`);
  return json;
}

function plainNumber(value: WireValue | undefined, path: Path, notes: Notes): Converted {
  // SAFETY: a guest can forge any tag; printing an object with a `toString` of its own would throw here.
  if (typeof value !== "string") return MISFIT;
  return value === "-0"
    ? note(notes, path, "-0 became 0", 0)
    : note(notes, path, `${value} became null`, null);
}

function plainBigInt(value: WireValue | undefined, path: Path, notes: Notes): Converted {
  if (typeof value !== "string") return MISFIT;
  const exact = Number(value);
  if (Number.isSafeInteger(exact)) return note(notes, path, "a bigint became a number", exact);
  return note(notes, path, "a bigint became text, a number cannot hold it", value);
}

function plainMap(pairs: readonly WireValue[], path: Path, notes: Notes): Converted {
  const isObject = notes.names + pairs.length <= MAX_MAP_NAMES &&
    pairs.every((pair) => Array.isArray(pair) && typeof pair[0] === "string");
  if (!isObject) return note(notes, path, "a Map became pairs", plain(pairs, path, notes));
  notes.names += pairs.length;
  const record: { [key: string]: WireValue } = {};
  for (const [key, inner] of pairs as readonly [string, WireValue][]) setOwn(record, key, inner);
  return note(notes, path, "a Map became an object", plainProperties(record, path, notes));
}
