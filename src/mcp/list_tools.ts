/** The whole list of a server's tools, over its pages, with a bound. */

import { readHeaderParameters } from "./header_parameters.ts";
import { type Page, type PageParams, readPages } from "./paged_list.ts";
import type { ListedTool } from "./tool_list.ts";

/** Asks for one page. */
export type AskPage = (params: PageParams) => Promise<Page<ListedTool>>;

/** Tools, whether they are all, and why others are left out. */
export interface ToolsRead {
  readonly tools: ListedTool[];
  readonly isComplete: boolean;
  readonly refused: readonly string[];
  /** Of all that was read. */
  readonly weight: number;
}

/** Reads the list. `sendsHeaders`: parameters go along as headers, so a tool must declare them rightly. */
export async function listTools(
  ask: AskPage,
  { sendsHeaders }: { readonly sendsHeaders: boolean },
): Promise<ToolsRead> {
  const refused: string[] = [];
  const isFaultless = (tool: ListedTool): boolean => {
    const fault = sendsHeaders ? faultOf(tool) : undefined;
    if (fault !== undefined) refused.push(fault);
    return fault === undefined;
  };
  const { entries: tools, ...rest } = await readPages(async (params) => {
    const page = await ask(params);
    return { ...page, entries: page.entries.filter(isFaultless) };
  });
  return { tools, refused, ...rest };
}

function faultOf({ inputSchema }: ListedTool): string | undefined {
  const read = readHeaderParameters(inputSchema);
  return "fault" in read ? read.fault : undefined;
}
