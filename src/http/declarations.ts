/** `GET /api/v1/declarations` and its older name `/introspect`: the tools in TypeScript or Python. */

import type { Context, Handler } from "hono";
import { z } from "zod";
import { type Engine, printDeclarations, unknownNames } from "../engine/mod.ts";
import type { Env } from "./env.ts";
import { readQuery } from "./read_body.ts";
import { toToolsAnswer } from "./tools.ts";

const EXAMPLE = `async function main() {
  const [first, second] = await Promise.all([
    mcp.server.tool({ input: "a" }),
    mcp.server.tool({ input: "b" }),
  ]);
  return { first, second };
}`;

const QuerySchema = z.object({
  servers: z.string().optional(),
  tools: z.string().optional(),
  budget: z.coerce.number().int().min(100).optional(),
  runtime: z.string().optional(),
  language: z.enum(["typescript", "python"]).optional(),
});

/** Its names. */
export const DECLARATIONS_QUERY: readonly string[] = Object.keys(QuerySchema.shape);

/** Declarations as text, or as JSON for callers that ask for JSON. */
export function declarations(parts: { readonly engine: Engine }): Handler<Env> {
  return async (c) => {
    const selected = await select(c, parts.engine);
    if (c.req.header("accept")?.includes("application/json")) {
      return c.json(introspection(selected));
    }
    return c.text(selected.text, 200, { "content-type": "text/plain; charset=utf-8" });
  };
}

/** The same as one JSON object. */
export function introspect(parts: { readonly engine: Engine }): Handler<Env> {
  return async (c) => c.json(introspection(await select(c, parts.engine)));
}

async function select(c: Context<Env>, engine: Engine) {
  const query = readQuery(c, QuerySchema);
  const everything = await engine.toolbox(c.get("principal"));
  const { toolbox, unknown } = everything
    .select({ servers: list(query.servers), tools: list(query.tools) });
  if (unknown.length > 0) throw unknownNames(everything, unknown);
  return {
    toolbox,
    text: printDeclarations(toolbox, query.budget, languageOf(query)),
    runtime: query.runtime ?? "typescript",
  };
}

/** A runtime's name stands for its language. */
function languageOf(
  { language, runtime }: z.infer<typeof QuerySchema>,
): "typescript" | "python" {
  return language ?? (runtime === "python" ? "python" : "typescript");
}

function list(text: string | undefined): string[] | undefined {
  return text?.split(",").map((part) => part.trim()).filter((part) => part !== "");
}

function introspection({ toolbox, text, runtime }: Awaited<ReturnType<typeof select>>) {
  const { namespaces } = toToolsAnswer(toolbox);
  return {
    success: true,
    runtime,
    hash: toolbox.declarations.hash,
    tools: Object.entries(namespaces).flatMap(([namespace, { tools }]) =>
      tools.map((tool) => ({ namespace, ...tool }))
    ),
    typeDefinitions: text,
    examples: { typescript: EXAMPLE },
  };
}
