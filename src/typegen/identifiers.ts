/**
 * Legal names for tools and namespaces: deterministic, free of collisions, independent of the order in
 * which servers list their tools. Which names are taken by the language is in `reserved_names.ts`.
 */

import { createHash } from "node:crypto";
import {
  INHERITED_NAMES,
  RESERVED_WORDS,
  STANDARD_GLOBALS,
  STANDARD_PREFIXES,
} from "./reserved_names.ts";

/** Code units a name keeps; longer ones are cut and told apart by a digest. */
const MAX_NAME_LENGTH = 80;

/** Runs of what no name keeps. Joiners and middle dots are letters only to newer Unicode versions. */
const ILLEGAL = /(?:[^\p{ID_Continue}$]|[\u00B7\u200C\u200D\u30FB\uFF65])+/gu;

/** Whether `text` can be written after a dot and as a property name without quotes (ASCII only). */
export function isPlainIdentifier(text: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(text);
}

/**
 * A tool name as a JavaScript identifier, the way other code-mode frameworks write it: `-`, `.` and
 * white space become `_`, other characters outside ASCII identifiers are dropped, reserved words get
 * a trailing `_`. Different names can give the same identifier; {@link assignNames} keeps them apart.
 */
export function sanitizeToolName(name: string): string {
  const kept = name.replace(/[-.\s]/g, "_").replace(/[^\w$]/g, "");
  if (kept === "") return "_";
  if (/^\d/.test(kept)) return `_${kept}`;
  return RESERVED_WORDS.has(kept) ? `${kept}_` : kept;
}

/**
 * The name guest code uses for `raw` when nobody else wants it. Letters of every script stay, each
 * run of other characters becomes one `_`.
 */
export function toGuestName(raw: string): string {
  const joined = raw.normalize("NFC")
    .replace(ILLEGAL, "_");
  const trimmed = isDecorated(raw) ? joined.replace(/(?<=[^_])_$/, "") : joined;
  const started = /^[\p{ID_Start}$_]/u.test(trimmed) ? trimmed : `_${trimmed}`;
  const cut = started.length > MAX_NAME_LENGTH
    ? `${[...started].slice(0, MAX_NAME_LENGTH / 2).join("")}_${digestOf(raw, 6)}`
    : started;
  return RESERVED_WORDS.has(cut) || INHERITED_NAMES.has(cut) ? `${cut}_` : cut;
}

function isDecorated(raw: string): boolean {
  return /[^\p{ID_Continue}$]$/u.test(raw);
}

/**
 * A distinct name for each of `raws`. Of several that want the same name, the one already spelled so
 * keeps it, else the first in code unit order; the others carry a digest of their raw name.
 */
export function assignNames(raws: readonly string[]): ReadonlyMap<string, string> {
  const sorted = [...new Set(raws)].sort(compareCodeUnits);
  const owners = new Map<string, string>();
  for (const raw of sorted) {
    const name = toGuestName(raw);
    if (!owners.has(name) || raw === name) owners.set(name, raw);
  }
  const names = new Map([...owners].map(([name, raw]) => [raw, name]));
  const taken = new Set(owners.keys());
  for (const raw of sorted) {
    if (names.has(raw)) continue;
    const name = distinctName(raw, taken);
    taken.add(name);
    names.set(raw, name);
  }
  return names;
}

function distinctName(raw: string, taken: ReadonlySet<string>): string {
  const base = toGuestName(raw).replace(/_+$/, "");
  for (let length = 6;; length += 2) {
    const name = `${base}_${digestOf(raw, length)}`;
    if (!taken.has(name)) return name;
  }
}

/** Hex digest of a name. JSON keeps lone surrogates apart, which UTF-8 would not. */
function digestOf(raw: string, length: number): string {
  return createHash("sha256").update(JSON.stringify(raw)).digest("hex").slice(0, length);
}

/**
 * The camelCase form of a guest name, or `undefined` when there is none that differs and is safe. A
 * reserved word is fine here: `mcp.files.delete(…)` is legal, only a variable may not be named so.
 */
export function toCamelCase(name: string): string | undefined {
  const [, lead = "", body = ""] = /^(_*)(.*?)_*$/u.exec(name) ?? [];
  const [first = "", ...rest] = body.split(/_+/);
  const head = /^[\p{Lu}\d]+$/u.test(first) ? first.toLowerCase() : lowerFirst(first);
  const camel = lead + head + rest.map(upperFirst).join("");
  return camel === "" || camel === name || INHERITED_NAMES.has(camel) ? undefined : camel;
}

/** A name for a type: PascalCase of the ASCII letters and digits in `text`, or an empty string. */
export function toTypeName(text: string): string {
  return text.split(/[^A-Za-z0-9]+/).map(upperFirst).join("").replace(/^\d/, "_$&");
}

/** A name for the types of a namespace: its own if every compiler knows its letters. */
export function toTypeSpace(name: string): string {
  return isPlainIdentifier(name) ? name : `namespace_${digestOf(name, 6)}`;
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/**
 * Whether a namespace of this name can also be a global without hiding anything. Names beyond ASCII
 * cannot: which letters are legal in a variable depends on the compiler's Unicode version.
 */
export function canBeGlobal(name: string): boolean {
  return isPlainIdentifier(name) && !STANDARD_GLOBALS.has(name) && !RESERVED_WORDS.has(name) &&
    !INHERITED_NAMES.has(name) &&
    !name.startsWith("__") && !STANDARD_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** Order of strings that depends on no locale. */
export function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
