/** The operations of an HTTP API as a source. */

import type { OpenApi } from "../openapi/mod.ts";
import type { ToolSource } from "./source.ts";

/** A source over `api`, which stays its owner's to dispose. */
export function createOpenApiSource(api: OpenApi): ToolSource {
  return {
    name: `openapi:${api.name}`,
    groups: () => [api.group()],
    has: (server) => server === api.name,
    tried: (_server, signal) => api.tried(signal),
    onChange: (listener) => api.onChange(listener),
    call: (_server, tool, input, options) => api.call(tool, input, options),
  };
}
