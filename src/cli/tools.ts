/** `codemode tools [search WORDS… | call TOOL JSON]`: what programs may call, and one call of it. */

import type { App } from "../app.ts";
import { CodemodeError } from "../base/errors.ts";
import { type Caller, searchHint, type Toolbox, toPlainCall } from "../engine/mod.ts";
import { type Command, type Invocation, whole } from "./command.ts";
import { withApp } from "./with_app.ts";

/** Tools a search shows. */
const SEARCH_LIMIT = 10;

const USAGE =
  "Say `codemode tools`, `codemode tools search WORDS…` or `codemode tools call SERVER.TOOL JSON`";

/** The verb. */
export const tools: Command = {
  name: "tools",
  summary: "List, search or call the tools programs may call",
  usage: "[search WORDS… | call SERVER.TOOL [JSON]] [--limit N] [--json]",
  flags: { limit: { type: "string" } },
  help: ["--limit          tools a search shows (default 10)"],
  run: (invocation) =>
    withApp(invocation, async (app, caller) => {
      const [verb, ...words] = invocation.positionals;
      if (verb === "call") return await call(invocation, app, caller);
      const toolbox = await app.engine.toolbox(caller);
      if (verb === undefined) {
        list(invocation, toolbox);
        noteLogins(invocation, app);
      } else if (verb === "search" && words.length > 0) {
        search(invocation, toolbox, words.join(" "));
      } else throw new CodemodeError("INVALID_REQUEST", USAGE);
      return 0;
    }),
};

async function call({ output, values, positionals }: Invocation, app: App, caller: Caller) {
  const [, path = "", json = "{}", ...more] = positionals;
  const [, server, tool] = /^(?:mcp\.)?([^.]+)\.(.+)$/s.exec(path) ?? [];
  if (server === undefined || tool === undefined || more.length > 0) {
    throw new CodemodeError("INVALID_REQUEST", USAGE);
  }
  const result = await app.engine.callTool({ server, tool, input: parseInput(json) }, caller);
  const answer = toPlainCall(result);
  const isText = typeof answer.result === "string" && !values["json"];
  const told = values["json"] ? answer : answer.result;
  output.print(isText ? String(told) : JSON.stringify(told, null, values["json"] ? 0 : 2));
  return 0;
}

function parseInput(json: string): Record<string, unknown> {
  try {
    const input: unknown = JSON.parse(json);
    if (typeof input === "object" && input !== null && !Array.isArray(input)) {
      return input as Record<string, unknown>;
    }
  } catch {
    // Told below, as is what is JSON but no object.
  }
  throw new CodemodeError("INVALID_REQUEST", `The input is no JSON object such as '{"path":"a"}'`);
}

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

/** Servers whose tools are missing because nobody has logged in to them. */
function noteLogins({ output }: Invocation, { servers }: App): void {
  for (const { state, lastError } of servers.status()) {
    if (state === "loginRequired") output.note(lastError ?? "");
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
  if (hits.length === 0) output.note(searchHint(toolbox));
  for (const { signature } of hits) output.print(`${signature}\n`);
}

function firstLine(text: string): string {
  const [line = ""] = text.split("\n", 1);
  return line.length <= 100 ? line : `${line.slice(0, 99)}…`;
}
