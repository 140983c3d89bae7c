/** The whole list of a server's tools, over its pages, with a bound. */

import { readHeaderParameters } from "./header_parameters.ts";
import { type ListedTool, MAX_TOOL_PAGES, MAX_TOOLS } from "./tool_list.ts";

/** Asks for one page. */
export type AskPage = (params: { readonly cursor?: string }) => Promise<{
  readonly tools: readonly unknown[];
  readonly nextCursor?: string | undefined;
}>;

/** Tools, whether they are all, and why others are left out. */
export interface ToolListing {
  readonly tools: ListedTool[];
  readonly isComplete: boolean;
  readonly refused: readonly string[];
}

/** Reads the list. `sendsHeaders`: parameters go along as headers, so a tool must declare them rightly. */
export async function listTools(
  ask: AskPage,
  { sendsHeaders }: { readonly sendsHeaders: boolean },
): Promise<ToolListing> {
  const tools: ListedTool[] = [];
  const refused: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_TOOL_PAGES && tools.length < MAX_TOOLS; page += 1) {
    const answer = await ask(cursor === undefined ? {} : { cursor });
    for (const tool of answer.tools as readonly ListedTool[]) {
      const fault = sendsHeaders ? faultOf(tool) : undefined;
      if (fault === undefined) tools.push(tool);
      else refused.push(fault);
    }
    cursor = answer.nextCursor;
    if (cursor === undefined) break;
  }
  const isComplete = cursor === undefined && tools.length <= MAX_TOOLS;
  tools.length = Math.min(tools.length, MAX_TOOLS);
  return { tools, isComplete, refused };
}

function faultOf({ inputSchema }: ListedTool): string | undefined {
  const read = readHeaderParameters(inputSchema);
  return "fault" in read ? read.fault : undefined;
}
