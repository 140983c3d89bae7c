/**
 * Remembers what the results of tools without an output schema have looked like, for each principal
 * apart, because the names in a result can be as private as its values. In memory only, bounded, and
 * forgotten for a tool whose definition changes.
 */

import { createHash } from "node:crypto";
import type { JsonSchema, Tool } from "../contract/mod.ts";
import { MAX_PARTS, MAX_VISITED, Shape } from "./shape.ts";
import { toSchema } from "./shape_schema.ts";

/** What results have looked like. Not promised: the next one may differ. */
export interface ObservedResult {
  /** Of every result so far: kinds and names, never values. */
  readonly schema: JsonSchema;
  /** Whether every one of them was bytes, of which no schema can speak. */
  readonly isBytes?: true;
  /** At least so many results: 1, 2, 5, 10, 20, 50 and so on. */
  readonly results: number;
}

/** Options of {@link ShapeMemory}. */
export interface ShapeMemoryOptions {
  /** Tools remembered in all; those of whom most are remembered go first. @default 1,000 */
  readonly tools?: number;
}

interface Known {
  readonly definition: string;
  readonly shape: Shape;
  /** Parts the shape may still grow by. */
  parts: number;
  results: number;
  observed: ObservedResult;
}

type KnownTools = Map<string, Known>;

/** Learns from results and tells what was learned, to whom the results were given. */
export class ShapeMemory {
  readonly #most: number;
  readonly #byPrincipal = new Map<string, KnownTools>();
  readonly #versions = new Map<string, number>();
  readonly #definitions = new WeakMap<Tool, string>();
  #count = 0;
  #changes = 0;

  constructor(options: ShapeMemoryOptions = {}) {
    this.#most = options.tools ?? 1_000;
    if (!Number.isInteger(this.#most) || this.#most < 1) {
      throw new RangeError(`Cannot size the memory as "tools" must be >= 1: got ${this.#most}`);
    }
  }

  /** Learns from one result that `principal` was given. Never throws. */
  observe(principal: string, tool: Tool, value: unknown): void {
    if (tool.outputSchema !== undefined || tool.printed?.output !== undefined) return;
    const known = this.#take(principal, tool);
    const left = { parts: known.parts, visits: MAX_VISITED };
    try {
      known.shape.learn(value, left);
    } catch {
      // A result of the embedding program may have members that throw; what was learned stays.
    }
    known.parts = left.parts;
    known.results += 1;
    this.#tell(principal, known);
  }

  /** What `principal` has seen a tool give, as long as the tool is still the same. */
  recall(principal: string, tool: Tool): ObservedResult | undefined {
    const known = this.#byPrincipal.get(principal)?.get(keyOf(tool));
    return known?.definition === this.#definitionOf(tool) ? known.observed : undefined;
  }

  /** Another number whenever what {@link ShapeMemory.recall} tells the principal may differ; 0 is nothing yet. */
  version(principal: string): number {
    return this.#versions.get(principal) ?? 0;
  }

  /** Finds the tool's entry, or makes one, as the one used last. */
  #take(principal: string, tool: Tool): Known {
    const tools = this.#byPrincipal.get(principal) ?? new Map<string, Known>();
    const key = keyOf(tool);
    const definition = this.#definitionOf(tool);
    const kept = tools.get(key);
    const known = kept?.definition === definition ? kept : newKnown(definition);
    if (kept === undefined) this.#count += 1;
    tools.delete(key);
    tools.set(key, known);
    // The principal used last is the last, too.
    this.#byPrincipal.delete(principal);
    this.#byPrincipal.set(principal, tools);
    if (this.#count > this.#most) this.#forgetOne(known);
    return known;
  }

  /** SAFETY: nobody's tools push out those of callers who use fewer (test/unit/shapes: shape_memory). */
  #forgetOne(except: Known): void {
    let principal = "";
    let most: KnownTools = new Map();
    for (const [name, tools] of this.#byPrincipal) {
      if (tools.size > most.size) [principal, most] = [name, tools];
    }
    const oldest = [...most].find(([, known]) => known !== except);
    if (oldest === undefined) return;
    most.delete(oldest[0]);
    this.#count -= 1;
    this.#changed(principal);
    if (most.size > 0) return;
    this.#byPrincipal.delete(principal);
    this.#versions.delete(principal);
  }

  /** What is told changes only when the shape or the rounded count does, so that readers can keep it. */
  #tell(principal: string, known: Known): void {
    const results = rounded(known.results);
    const schema = toSchema(known.shape);
    const { isBytes } = known.shape;
    const isSame = results === known.observed.results &&
      isBytes === (known.observed.isBytes === true) &&
      JSON.stringify(schema) === JSON.stringify(known.observed.schema);
    if (isSame) return;
    known.observed = Object.freeze({ schema, results, ...(isBytes ? { isBytes } : {}) });
    this.#changed(principal);
  }

  #changed(principal: string): void {
    this.#changes += 1;
    this.#versions.set(principal, this.#changes);
  }

  #definitionOf(tool: Tool): string {
    const known = this.#definitions.get(tool);
    if (known !== undefined) return known;
    const definition = createHash("sha256").update(definitionText(tool)).digest("base64");
    this.#definitions.set(tool, definition);
    return definition;
  }
}

function newKnown(definition: string): Known {
  const observed = Object.freeze({ schema: {}, results: 0 });
  return { definition, shape: new Shape(), parts: MAX_PARTS, results: 0, observed };
}

function keyOf({ server, name }: Tool): string {
  return JSON.stringify([server, name]);
}

function definitionText({ description, inputSchema, annotations }: Tool): string {
  try {
    return JSON.stringify([description, inputSchema, annotations ?? null]);
  } catch {
    // A schema too deep to be written is known by its description.
    return description;
  }
}

function rounded(results: number): number {
  const power = 10 ** Math.floor(Math.log10(results));
  const digit = results / power;
  return (digit >= 5 ? 5 : digit >= 2 ? 2 : 1) * power;
}
