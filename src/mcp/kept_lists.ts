/** The lists a server gave last: to be used again while they are good, and afterwards to tell what it may have. */

import type { Clock } from "../base/clock.ts";
import type { ListMethod, McpList } from "./read_list.ts";

/** A prompt by its name, or a resource or a template of some by its URI. */
export type Sought =
  | { readonly prompt: string }
  | { readonly resource: string };

/** How a list speaks of it: by its own name, as the beginning of a template does, or not at all. */
export type Mention = "named" | "likely" | "none";

interface Kept {
  readonly list: McpList;
  /** Of a clock that never goes back. */
  until: number;
}

/** The lists of one server. */
export class KeptLists {
  readonly #clock: Clock;
  readonly #kept = new Map<ListMethod, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The list, while it may be used again. */
  get(method: ListMethod): McpList | undefined {
    const kept = this.#kept.get(method);
    return kept && this.#clock.monotonic() < kept.until ? kept.list : undefined;
  }

  /** Keeps it as long as it says; `isOld`: it has changed since it was asked for. */
  keep(method: ListMethod, list: McpList, { isOld }: { readonly isOld: boolean }): void {
    const keepMs = isOld ? 0 : list.keepMs;
    this.#kept.set(method, { list, until: this.#clock.monotonic() + keepMs });
  }

  /** They are not used again. */
  expire(...methods: readonly ListMethod[]): void {
    for (const method of methods) {
      const kept = this.#kept.get(method);
      if (kept !== undefined) kept.until = -Infinity;
    }
  }

  /** What the lists said last, good or not any more. */
  mentionOf(sought: Sought): Mention {
    if ("prompt" in sought) {
      return this.#has("prompts/list", "name", sought.prompt) ? "named" : "none";
    }
    const { resource } = sought;
    const isNamed = this.#has("resources/list", "uri", resource) ||
      this.#has("resources/templates/list", "uriTemplate", resource);
    if (isNamed) return "named";
    const templates = this.#kept.get("resources/templates/list")?.list.items ?? [];
    return templates.some(({ uriTemplate }) => beginsAs(resource, uriTemplate)) ? "likely" : "none";
  }

  #has(method: ListMethod, member: string, value: string): boolean {
    return this.#kept.get(method)?.list.items.some((item) => item[member] === value) ?? false;
  }
}

/** Whether it begins with what stands in the template before its first variable. */
function beginsAs(uri: string, template: unknown): boolean {
  if (typeof template !== "string") return false;
  const [literal = ""] = template.split("{", 1);
  return literal !== "" && uri.startsWith(literal);
}
