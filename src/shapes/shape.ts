/**
 * What values have looked like, all of one place together: kinds, names of properties, and how often
 * each was there. Values themselves are never kept. A shape only ever grows, up to its bounds.
 */

import { areData, isName, MAX_NAMES } from "./names.ts";

/** Kinds of values without parts. `unknown` is what JSON does not have, or what was not looked at. */
export type PlainKind = "string" | "number" | "boolean" | "null" | "bytes" | "unknown";

/** Parts of all shapes of one tool; beyond them places are `unknown`. */
export const MAX_PARTS = 500;
/** Nesting that is looked at. */
export const MAX_DEPTH = 8;
/** Values of one result that are looked at. */
export const MAX_VISITED = 2_000;
/** Elements of one array, or values of one map, that are looked at. */
export const MAX_ELEMENTS = 50;

/** Counts what is left of the bounds while one result is learned. */
export interface Allowance {
  /** Parts that the tool's shapes may still grow by. */
  parts: number;
  /** Values that may still be looked at. */
  visits: number;
}

/** An object's property: its shape, and in how many objects it was. */
interface Property {
  seen: number;
  readonly shape: Shape;
}

/** Objects with names of their own, or one kind of value under names that are data. */
interface ObjectShape {
  seen: number;
  readonly properties: Map<string, Property>;
  /** What stands under any name, once the names turned out to be data. */
  values?: Shape;
  /** It has properties that are not kept: there was no room, or their names are data. */
  isOpen?: boolean;
}

/** What the values of one place have looked like. */
export class Shape {
  readonly plain = new Set<PlainKind>();
  object: ObjectShape | undefined;
  element: Shape | undefined;
  #hasArray = false;

  /** Whether one of the values was an array; `element` is absent while all were empty. */
  get hasArray(): boolean {
    return this.#hasArray;
  }

  /** Whether every value was bytes. */
  get isBytes(): boolean {
    const { plain, object } = this;
    return plain.size === 1 && plain.has("bytes") && !this.#hasArray && object === undefined;
  }

  /** Learns from one more value. */
  learn(value: unknown, left: Allowance, depth: number = 0): void {
    if (left.visits <= 0) return;
    left.visits -= 1;
    const kind = plainKindOf(value);
    if (kind !== undefined) this.plain.add(kind);
    else if (depth >= MAX_DEPTH) this.plain.add("unknown");
    else if (Array.isArray(value)) this.#learnArray(value, left, depth);
    else this.#learnObject(value as Readonly<Record<string, unknown>>, left, depth);
  }

  /** Learns everything that another shape knows. */
  absorb(other: Shape, left: Allowance): void {
    for (const kind of other.plain) this.plain.add(kind);
    this.#hasArray ||= other.#hasArray;
    if (other.element !== undefined) this.#elementShape(left)?.absorb(other.element, left);
    if (other.object !== undefined) this.#absorbObject(other.object, left);
  }

  #learnArray(values: readonly unknown[], left: Allowance, depth: number): void {
    this.#hasArray = true;
    for (const value of sampled(values)) this.#elementShape(left)?.learn(value, left, depth + 1);
  }

  #elementShape(left: Allowance): Shape | undefined {
    return this.element ??= newPart(left);
  }

  #learnObject(value: Readonly<Record<string, unknown>>, left: Allowance, depth: number): void {
    const names = namesOf(value);
    const object: ObjectShape = this.object ??= { seen: 0, properties: new Map() };
    if (areData(names, value)) toMap(object, left);
    const looked = object.values === undefined ? names.filter(isName) : sampled(names);
    // Half an object would make the properties of the other half optional.
    if (looked.length > left.visits) return;
    object.seen += 1;
    if (looked.length < names.length) object.isOpen = true;
    for (const name of looked) placeOf(object, name, left)?.learn(value[name], left, depth + 1);
    if (varies(object)) toMap(object, left);
  }

  #absorbObject(other: ObjectShape, left: Allowance): void {
    const object: ObjectShape = this.object ??= { seen: 0, properties: new Map() };
    object.seen += other.seen;
    if (other.isOpen) object.isOpen = true;
    if (other.values !== undefined) toMap(object, left).absorb(other.values, left);
    for (const [name, { seen, shape }] of other.properties) {
      placeOf(object, name, left, seen)?.absorb(shape, left);
    }
    if (varies(object)) toMap(object, left);
  }
}

/** Names under which there is something. Of very many, which are data, every one. */
function namesOf(value: Readonly<Record<string, unknown>>): readonly string[] {
  const names = Object.keys(value);
  return names.length > MAX_NAMES ? names : names.filter((name) => value[name] !== undefined);
}

/** Some of the items, spread over all of them. */
function sampled<Item>(items: readonly Item[]): readonly Item[] {
  const step = Math.ceil(items.length / MAX_ELEMENTS);
  if (step <= 1) return items;
  const count = Math.ceil(items.length / step);
  return Array.from({ length: count }, (_none, index) => items[index * step]!);
}

function plainKindOf(value: unknown): PlainKind | undefined {
  if (value === null) return "null";
  const type = typeof value;
  if (type === "string" || type === "number" || type === "boolean") return type;
  if (type !== "object") return "unknown";
  if (value instanceof Uint8Array) return "bytes";
  const prototype = Object.getPrototypeOf(value);
  const isJson = Array.isArray(value) || prototype === Object.prototype || prototype === null;
  return isJson ? undefined : "unknown";
}

function newPart(left: Allowance): Shape | undefined {
  if (left.parts <= 0) return undefined;
  left.parts -= 1;
  return new Shape();
}

/** Where a property's values are learned; nowhere when there is no room for it. */
function placeOf(
  object: ObjectShape,
  name: string,
  left: Allowance,
  times: number = 1,
): Shape | undefined {
  if (object.values !== undefined) return object.values;
  const known = object.properties.get(name);
  if (known !== undefined) {
    known.seen += times;
    return known.shape;
  }
  const shape = newPart(left);
  if (shape === undefined) object.isOpen = true;
  else object.properties.set(name, { seen: times, shape });
  return shape;
}

/** From names to `Record<string, …>`: what stood under any of them stands under all. */
function toMap(object: ObjectShape, left: Allowance): Shape {
  if (object.values !== undefined) return object.values;
  const values = object.values = new Shape();
  // What the names took is free again.
  left.parts += object.properties.size;
  for (const { shape } of object.properties.values()) values.absorb(shape, left);
  object.properties.clear();
  return values;
}

/** Whether objects of one place have too many names in all, or hardly any in common. */
function varies({ seen, properties, values }: ObjectShape): boolean {
  if (values !== undefined) return false;
  if (properties.size > MAX_NAMES) return true;
  if (seen < 4 || properties.size < 12) return false;
  return [...properties.values()].every((property) => property.seen * 3 < seen);
}
