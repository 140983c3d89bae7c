/** A found tool in the one form in which programs and HTTP callers see it. */

import type { Language, ToolHit } from "../contract/mod.ts";
import { pythonSignature, signature } from "../typegen/mod.ts";
import type { Found, ToolMatch } from "./toolbox.ts";

/** How much is told of a hit: `detailed` adds the signature, `full` the schemas as well. */
export type HitDetail = "brief" | "detailed" | "full";

/** A match as a hit; its signature is that of the language. */
export function toToolHit(match: ToolMatch, detail: HitDetail, language?: Language): ToolHit {
  return {
    ...identify(match),
    score: match.score,
    ...(detail === "brief" ? {} : { signature: signatureIn(match, language, match.signature) }),
    ...(detail === "full" ? schemasOf(match) : {}),
  };
}

/** Everything there is to tell of one tool. */
export function describeTool(found: Found, language?: Language): Omit<ToolHit, "score"> {
  return {
    ...identify(found),
    signature: signatureIn(found, language),
    ...schemasOf(found),
  };
}

function signatureIn(
  { namespace, named }: Found,
  language: Language | undefined,
  known?: string,
): string {
  if (language === "python") return pythonSignature(namespace, named);
  return known ?? signature(namespace, named);
}

function identify({ namespace, named }: Found) {
  const { server, name, description } = named.tool;
  return { server, name, path: `mcp.${namespace.name}.${named.name}`, description };
}

/** The schemas of a tool, as far as it has them. */
function schemasOf({ named: { tool } }: Found) {
  return {
    inputSchema: tool.inputSchema,
    ...(tool.outputSchema === undefined ? {} : { outputSchema: tool.outputSchema }),
  };
}
