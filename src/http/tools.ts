/** `GET /api/v1/tools` and its search: the tools the caller reaches, under their guest names. */

import type { Handler } from "hono";
import { z } from "zod";
import type { ToolsAnswer, ToolView } from "../contract/mod.ts";
import { type Engine, searchHint, type Toolbox, toToolHit } from "../engine/mod.ts";
import type { Env } from "./env.ts";
import { readQuery } from "./read_body.ts";

type Namespace = Toolbox["namespaces"][number];
type Named = Namespace["tools"][number];

const SearchQuerySchema = z.object({
  q: z.string().min(1).max(2_000),
  limit: z.coerce.number().int().min(1).max(50).default(10),
  detail: z.enum(["brief", "detailed", "full"]).default("detailed"),
});

/** Query parameters of the search. */
export const SEARCH_QUERY: readonly string[] = Object.keys(SearchQuerySchema.shape);

/** All tools by namespace. */
export function tools({ engine }: { readonly engine: Engine }): Handler<Env> {
  return async (c) => c.json(toToolsAnswer(await engine.toolbox(c.get("principal"))));
}

/** Ranked tools. */
export function searchTools({ engine }: { readonly engine: Engine }): Handler<Env> {
  return async (c) => {
    const { q, limit, detail } = readQuery(c, SearchQuerySchema);
    const toolbox = await engine.toolbox(c.get("principal"));
    const hits = toolbox.search(q, limit).map((hit) => toToolHit(hit, detail));
    const hint = hits.length === 0 ? { hint: searchHint(toolbox) } : {};
    return c.json({ query: q, tools: hits, ...hint });
  };
}

/** The answer of `GET /api/v1/tools`. */
export function toToolsAnswer({ namespaces }: Toolbox): ToolsAnswer {
  return {
    namespaces: Object.fromEntries(namespaces.map((namespace) => [namespace.name, {
      server: namespace.server,
      description: namespace.description,
      tools: namespace.tools.map(toView),
    }])),
  };
}

function toView(named: Named): ToolView {
  const { tool } = named;
  return {
    name: tool.name,
    guestName: named.name,
    description: tool.description,
    ...schemasOf(named),
    ...(tool.annotations === undefined ? {} : { annotations: { ...tool.annotations } }),
  };
}

function schemasOf({ tool }: Named) {
  return {
    inputSchema: tool.inputSchema,
    ...(tool.outputSchema === undefined ? {} : { outputSchema: tool.outputSchema }),
  };
}
