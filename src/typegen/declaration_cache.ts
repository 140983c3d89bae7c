/** Declarations made once for the same tools: programs come often, tools change rarely. */

import { createHash } from "node:crypto";
import { createDeclarations, type DeclarationOptions, type Declarations } from "./declarations.ts";
import type { NamedNamespace } from "./name_tools.ts";

/** Options of {@link DeclarationCache}. */
export interface DeclarationCacheOptions {
  /** Declarations kept; the ones unused for longest go first. @default 64 */
  readonly entries?: number;
}

/**
 * Keeps declarations by the content of the tools, and finds them by identity first: namespaces that
 * were given before are not looked at again, so they must not change.
 */
export class DeclarationCache {
  readonly #entries: number;
  readonly #byContent = new Map<string, Declarations>();
  readonly #contents = new WeakMap<NamedNamespace, string>();

  constructor(options: DeclarationCacheOptions = {}) {
    const entries = options.entries ?? 64;
    if (!Number.isInteger(entries) || entries < 1) {
      throw new RangeError(`Cannot size the cache as "entries" must be >= 1: got ${entries}`);
    }
    this.#entries = entries;
  }

  /** The same as `createDeclarations`, kept. */
  declare(
    namespaces: readonly NamedNamespace[],
    options: DeclarationOptions = {},
  ): Declarations {
    const contents = namespaces.map((namespace) => this.#contentOf(namespace)).sort();
    const key = `${options.budgetTokens ?? ""}:${contents.join()}`;
    const known = this.#byContent.get(key);
    const declarations = known ?? Object.freeze(createDeclarations(namespaces, options));
    this.#byContent.delete(key);
    this.#byContent.set(key, declarations);
    const [oldest] = this.#byContent.keys();
    if (this.#byContent.size > this.#entries && oldest !== undefined) {
      this.#byContent.delete(oldest);
    }
    return declarations;
  }

  #contentOf(namespace: NamedNamespace): string {
    const known = this.#contents.get(namespace);
    if (known !== undefined) return known;
    const content = createHash("sha256").update(contentText(namespace)).digest("hex");
    this.#contents.set(namespace, content);
    return content;
  }
}

/** All that declarations depend on. */
function contentText(namespace: NamedNamespace): string {
  const tools = namespace.tools.map((named) => toJson(named)).sort();
  return JSON.stringify([
    namespace.server,
    namespace.name,
    namespace.global,
    namespace.description,
  ]) +
    tools.join("\n");
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // Cyclic or too deep: never equal to another, so never served from the cache.
    return crypto.randomUUID();
  }
}
