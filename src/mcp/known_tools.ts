/** The tools last seen of one server. */

import type { Tool } from "../contract/mod.ts";

/** Keeps a list of tools and tells whether a new one differs. */
export class KnownTools {
  #list: readonly Tool[] = [];
  #names: ReadonlySet<string> = new Set();
  #printed = "[]";

  get list(): readonly Tool[] {
    return this.#list;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Takes the list over and returns true, unless it says the same as the one before. */
  replace(list: readonly Tool[]): boolean {
    const printed = JSON.stringify(list);
    if (printed === this.#printed) return false;
    this.#list = list;
    this.#names = new Set(list.map((tool) => tool.name));
    this.#printed = printed;
    return true;
  }
}
