/** `codemode tools [search WORDS…]`: what programs may call. */

import { CodemodeError } from "../base/errors.ts";
import type { Toolbox } from "../engine/mod.ts";
import { type Command, type Invocation, whole } from "./command.ts";
import { withApp } from "./with_app.ts";

/** Tools a search shows. */
const SEARCH_LIMIT = 10;

/** The verb. */
export const tools: Command = {
  name: "tools",
  summary: "List or search the tools programs may call",
  usage: "[search WORDS…] [--limit N] [--json]",
  flags: { limit: { type: "string" } },
  help: ["--limit          tools a search shows (default 10)"],
  run: (invocation) =>
    withApp(invocation, async (app, caller) => {
      const toolbox = await app.engine.toolbox(caller);
      const [verb, ...words] = invocation.positionals;
      if (verb === undefined) list(invocation, toolbox);
      else if (verb === "search" && words.length > 0) search(invocation, toolbox, words.join(" "));
      else {throw new CodemodeError(
          "INVALID_REQUEST",
          "Say `codemode tools` or `codemode tools search WORDS…`",
        );}
      return 0;
    }),
};

function list({ output, values }: Invocation, { namespaces }: Toolbox): void {
  if (values["json"]) {
    const plain = namespaces.map(({ name, server, tools }) => ({
      namespace: name,
      server,
      tools: tools.map(({ name, tool }) => ({
        guestName: name,
        name: tool.name,
        description: tool.description,
      })),
    }));
    return output.print(JSON.stringify(plain));
  }
  for (const { name, tools } of namespaces) {
    output.print(`mcp.${name}`);
    for (const { name: guestName, tool } of tools) {
      output.print(`  ${guestName}  ${firstLine(tool.description)}`);
    }
  }
}

function search(invocation: Invocation, toolbox: Toolbox, query: string): void {
  const hits = toolbox.search(query, whole(invocation, "limit") ?? SEARCH_LIMIT);
  const { output, values } = invocation;
  if (values["json"]) {
    const plain = hits.map(({ namespace, named, score, signature }) => ({
      path: `mcp.${namespace.name}.${named.name}`,
      score,
      signature,
    }));
    return output.print(JSON.stringify(plain));
  }
  if (hits.length === 0) output.note(`Nothing matches "${query}"`);
  for (const { signature } of hits) output.print(`${signature}\n`);
}

function firstLine(text: string): string {
  const [line = ""] = text.split("\n", 1);
  return line.length <= 100 ? line : `${line.slice(0, 99)}…`;
}
