/**
 * Structured content as the server sent it. The client copies its members one by one and leaves out
 * one that is named `__proto__`; put a level deeper, it is passed on as it is.
 */

import type { McpResult } from "./mcp_result.ts";

const WHOLE = "codemode/whole";

/** What is on its way through the client of one session. */
export class WholeContent {
  readonly #wrapped = new WeakSet<object>();

  /** Wraps what the client would not pass on whole, in place. */
  wrap(message: unknown): void {
    const result: unknown = Object(message).result;
    const content: unknown = Object(result).structuredContent;
    if (!Object.hasOwn(Object(content), "__proto__")) return;
    this.#wrapped.add(content as object);
    (result as { structuredContent: unknown }).structuredContent = { [WHOLE]: content };
  }

  /** The answer as it was. What a server itself calls so is left alone. */
  unwrap(result: McpResult): McpResult {
    const content: unknown = Object(result.structuredContent)[WHOLE];
    const isOurs = typeof content === "object" && content !== null && this.#wrapped.has(content);
    return isOurs ? { ...result, structuredContent: content } : result;
  }
}
