/** What programs ask of their own tools: `codemode.search`, `codemode.describe` and paths of tools. */

import { CodemodeError } from "../base/errors.ts";
import type { Language } from "../contract/mod.ts";
import { awayError } from "./silent_servers.ts";
import { describeTool, toToolHit } from "./tool_hit.ts";
import type { Found, Toolbox } from "./toolbox.ts";

/** Hits that `codemode.search` gives when it is not told. */
const SEARCH_LIMIT = 10;
/** Hits that `codemode.search` gives at most. */
const SEARCH_MAX = 50;

/** Discovery for one program. Arguments are what it gave; wrong ones throw `TOOL_INPUT_INVALID`. */
export class ToolLookup {
  readonly #toolbox: Toolbox;
  readonly #language: Language | undefined;

  constructor(toolbox: Toolbox, language: Language | undefined) {
    this.#toolbox = toolbox;
    this.#language = language;
  }

  /** Tools that fit some words, best first. */
  search(query: unknown, options: unknown): unknown {
    if (typeof query !== "string") throw badArgument("codemode.search", "a string");
    const { limit, detail } = (options ?? {}) as { limit?: unknown; detail?: unknown };
    const most = typeof limit === "number" && limit >= 1
      ? Math.min(limit, SEARCH_MAX)
      : SEARCH_LIMIT;
    const told = detail === "brief" || detail === "full" ? detail : "detailed";
    return this.#toolbox.search(query, most).map((match) => toToolHit(match, told, this.#language));
  }

  /** What one tool is, by its path. */
  describe(path: unknown): unknown {
    return describeTool(this.find("codemode.describe", path), this.#language);
  }

  /** The tool of a path; `caller` is who was given it. */
  find(caller: string, path: unknown): Found {
    if (typeof path !== "string") throw badArgument(caller, 'a path such as "mcp.server.tool"');
    const found = this.#toolbox.findByPath(path);
    if (found) return found;
    const [server = ""] = path.replace(/^mcp\./, "").split(".", 1);
    const away = this.#toolbox.silent.find((one) => one.server === server || one.name === server);
    if (away !== undefined) throw awayError([away]);
    const near = this.#toolbox.nearestPath(path);
    const hint = near === undefined ? "" : `. Did you mean "${near}"?`;
    throw new CodemodeError("TOOL_NOT_FOUND", `There is no tool "${path.slice(0, 200)}"${hint}`);
  }
}

function badArgument(name: string, expected: string): CodemodeError {
  return new CodemodeError("TOOL_INPUT_INVALID", `${name} takes ${expected}`);
}
