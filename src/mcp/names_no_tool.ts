/** Whether a server says that it has no tool of a name, in the sentences that servers have for it. */

/** Invalid parameters, and a method that is not there. */
const CODES: readonly number[] = [-32602, -32601];
/** Characters of a sentence beside the name. */
const MAX_BESIDE_NAME = 100;
const QUOTES = /["'`‘’“”]/g;
/** What the error classes of some servers put before their messages. */
const PREFIX = /^(?:(?:mcp error -?\d+|invalid params|method not found): )+/i;

/**
 * Only where that is all it says: what a tool says went wrong may speak of tools and of what was not
 * found too.
 */
export function namesNoTool(
  tool: string,
  { code, message }: { readonly code: number; readonly message: string },
): boolean {
  if (!CODES.includes(code) || message.length > tool.length + MAX_BESIDE_NAME) return false;
  const sentence = message.trim().replace(PREFIX, "").replace(/[.!]$/, "").replace(QUOTES, "");
  const name = tool.replace(QUOTES, "");
  return [
    `unknown tool ${name}`,
    `unknown tool: ${name}`,
    `tool not found: ${name}`,
    `tool ${name} not found`,
    `tool ${name} is not found`,
    `tool ${name} does not exist`,
    `no such tool: ${name}`,
  ].some((known) => known.toLowerCase() === sentence.toLowerCase());
}
