/** The description of `execute`: how a program is written, and the tools it has, as far as they fit. */

import { printDeclarations, type Toolbox } from "../engine/mod.ts";

const HOW = `Runs a program in a sandbox and answers with what it returns.

Write TypeScript: statements with top-level await that end in a return. Tools are functions:
mcp.<server>.<tool>(input). Await them; use Promise.all for calls that do not need each other, loops
and filters for the rest, and return only what you need: what is returned is all you will see.

  const [a, b] = await Promise.all([mcp.files.read({ path: "a" }), mcp.files.read({ path: "b" })]);
  return { same: a === b };

The program is type-checked before it runs; a refusal shows the place and the way out, and nothing has
happened yet. A call that fails throws an error that can be caught. There is no network and no file
system but by the tools, unless you were granted them. Python and Bash are taken too.`;

const SEARCH = "Not all tools are below: search_tools finds the others and gives their signatures.";

/** The whole text, the same for the same tools. */
export function executeDescription(toolbox: Toolbox, declarationTokens: number): string {
  const declarations = printDeclarations(toolbox, declarationTokens);
  const isPartial = declarations.startsWith("// PARTIAL");
  return [HOW, ...(isPartial ? [SEARCH] : []), declarations].join("\n\n");
}
