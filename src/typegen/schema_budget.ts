/**
 * How much of its schemas is read for the tools of one server. A bound of one schema alone lets a small
 * document cost as much as all its tools together; the first ones get what they ask for, and each gets
 * a little.
 */

import { MAX_ENUM_VALUES } from "./schema_docs.ts";

/** Bounds of one schema; what lies beyond is `unknown`. All are counts. */
export const SCHEMA_LIMITS = Object.freeze({
  /** Nesting of schemas. */
  depth: 64,
  /** Schemas read, with those behind references. */
  nodes: 5_000,
  /** Named types. */
  definitions: 500,
  /** Values of an enum; a longer one is widened to the types of its values. */
  enumValues: MAX_ENUM_VALUES,
  /** Branches of one anyOf, oneOf or allOf. */
  branches: 200,
  /** References that lead to nothing but another reference. */
  hops: 64,
  /** Problems kept. */
  problems: 20,
});

/** Parts of schemas that are read for one server. */
export const MAX_SERVER_PARTS = 30_000;

/** Parts of one schema that are read in any case. */
export const MIN_SCHEMA_PARTS = 64;

/** Parts that are read for one tool where tools are shown one by one. */
export const MAX_SIGNATURE_PARTS = 2_000;

/** Parts that are left for one server. */
export class SchemaBudget {
  readonly #mostEach: number;
  #left: number;

  /** `parts` are for all schemas, `mostEach` for one of them. */
  constructor(parts: number = MAX_SERVER_PARTS, mostEach: number = Infinity) {
    this.#left = parts;
    this.#mostEach = mostEach;
  }

  /** Parts that the next schema may have, `most` at most. */
  allow(most: number): number {
    return Math.min(most, this.#mostEach, Math.max(MIN_SCHEMA_PARTS, this.#left));
  }

  /** That many were read. */
  spend(parts: number): void {
    this.#left -= parts;
  }
}
