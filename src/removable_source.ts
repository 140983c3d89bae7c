/** A source whose calls can be ended when it is removed. */

import { CodemodeError } from "./base/errors.ts";
import type { ToolSource } from "./catalog/mod.ts";

/** A source, and what ends its calls. */
export interface Removable {
  readonly source: ToolSource;
  readonly end: () => void;
}

/** The same source; `end` makes its calls fail with `MCP_SERVER_UNAVAILABLE`. */
export function createRemovable(server: string, given: ToolSource): Removable {
  const ended = new AbortController();
  const source: ToolSource = {
    ...given,
    async call(name, tool, input, options) {
      const signal = AbortSignal.any([options.signal, ended.signal]);
      try {
        return await given.call(name, tool, input, { ...options, signal });
      } catch (error) {
        if (!ended.signal.aborted || options.signal.aborted) throw error;
        throw new CodemodeError("MCP_SERVER_UNAVAILABLE", `The server "${server}" was removed`, {
          details: { server, tool, mayHaveTakenEffect: true },
        });
      }
    },
  };
  return { source, end: () => ended.abort() };
}
