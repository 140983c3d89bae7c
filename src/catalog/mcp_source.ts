/** The tools of MCP servers as a source. */

import { CodemodeError } from "../base/errors.ts";
import type { McpManager, McpResult } from "../mcp/mod.ts";
import type { ToolSource } from "./source.ts";
import { failureMessage, unwrapResult } from "./unwrap_result.ts";

const MAX_MESSAGE_LENGTH = 8 * 1024;

/** A source over `manager`, which stays its owner's to dispose. */
export function createMcpSource(manager: McpManager): ToolSource {
  return {
    name: "mcp",
    groups: () => manager.groups(),
    has: (server) => manager.groups().some((group) => group.server === server),
    absence: (server) => manager.refusal(server),
    tried: (server, signal) => manager.tried(server, signal),
    onChange: (listener) => manager.onChange(listener),
    async call(server, tool, input, options) {
      const result = await manager.call(server, tool, input, options);
      if (result.isError === true) throw toolError(server, tool, result);
      return { ...unwrapResult(result), raw: result };
    },
  };
}

/** What the server answered, where a call failed because the tool itself reports a failure. */
export function failedResult(error: unknown): McpResult | undefined {
  return error instanceof CodemodeError && error.cause instanceof FailedResult
    ? error.cause.result
    : undefined;
}

/** Kept as the cause, so that it is neither shown nor lost. */
class FailedResult {
  readonly result: McpResult;

  constructor(result: McpResult) {
    this.result = result;
  }
}

/** The tool ran and reports a failure of its own. */
function toolError(server: string, tool: string, result: McpResult): CodemodeError {
  const message = failureMessage(result).slice(0, MAX_MESSAGE_LENGTH);
  const { content, structuredContent } = result;
  return new CodemodeError("MCP_TOOL_ERROR", message, {
    details: {
      server,
      tool,
      message,
      ...(content === undefined ? {} : { content }),
      ...(structuredContent === undefined ? {} : { structuredContent }),
    },
    cause: new FailedResult(result),
  });
}
