/** Resources: the declarations of each server, patterns of programs, and what shown servers have. */

import {
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  type Resource,
  type ResourceTemplateType,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { printDeclarations } from "../engine/mod.ts";
import { answered } from "./answered.ts";
import { firstShown } from "./first_shown.ts";
import { PATTERNS } from "./patterns.ts";
import { askedBy, relayOptions, roundOf, toRelayed } from "./relay.ts";
import { fromEach } from "./shown_lists.ts";
import type { Talk } from "./talk.ts";

const DECLARATIONS = "codemode://declarations/";
const PATTERN = "codemode://patterns/";
const OWN = "codemode://";
/** Numbers by which servers say that they have no such resource, or none at all. */
const NOT_FOUND: ReadonlySet<number> = new Set([-32602, -32002, -32601]);

/** Registers the methods. */
export function serveResources(server: Server, talkOf: (ctx: ServerContext) => Talk): void {
  server.setRequestHandler(
    "resources/list",
    (_request, ctx) =>
      answered(talkOf(ctx), async (talk) => {
        const own = await ownResources(talk);
        const { items: shown, ...hint } = await fromEach(
          talk,
          (one, options) => one.passThrough.listResources(options),
        );
        // What servers list is theirs to vouch for; the library checks it on its way out.
        return { resources: [...own, ...shown as unknown as Resource[]], ...hint };
      }),
  );
  server.setRequestHandler(
    "resources/templates/list",
    (_request, ctx) =>
      answered(talkOf(ctx), async (talk) => {
        const { items: shown, ...hint } = await fromEach(
          talk,
          (one, options) => one.passThrough.listResourceTemplates(options),
        );
        // As above.
        return { resourceTemplates: shown as unknown as ResourceTemplateType[], ...hint };
      }),
  );
  server.setRequestHandler(
    "resources/read",
    ({ params: { uri } }, ctx) =>
      answered(
        talkOf(ctx),
        (talk) => uri.startsWith(OWN) ? readOwn(talk, uri) : readShown(talk, uri),
      ),
  );
}

async function ownResources({ door: { parts }, visit }: Talk): Promise<Resource[]> {
  const { namespaces } = await parts.engine.toolbox(visit.caller);
  return [
    ...namespaces.map(({ name, server }) => ({
      uri: `${DECLARATIONS}${name}`,
      name: `declarations-${name}`,
      title: `Declarations of ${server}`,
      description: `TypeScript declarations of all tools of ${server}`,
      mimeType: "text/x-typescript",
    })),
    ...PATTERNS.map(({ name, title }) => ({
      uri: `${PATTERN}${name}`,
      name: `pattern-${name}`,
      title,
      description: `How to write programs: ${title}`,
      mimeType: "text/markdown",
    })),
  ];
}

async function readOwn({ door: { parts }, visit }: Talk, uri: string): Promise<ReadResourceResult> {
  const pattern = PATTERNS.find(({ name }) => uri === `${PATTERN}${name}`);
  if (pattern !== undefined) {
    return { contents: [{ uri, mimeType: "text/markdown", text: pattern.text }] };
  }
  const toolbox = await parts.engine.toolbox(visit.caller);
  const found = toolbox.namespaces.find(({ name }) => uri === `${DECLARATIONS}${name}`);
  if (found === undefined) throw notFound(uri);
  const { toolbox: selected } = toolbox.select({ servers: [found.server] });
  const text = printDeclarations(selected);
  return { contents: [{ uri, mimeType: "text/x-typescript", text }] };
}

/** The first shown server that has it answers. */
async function readShown(talk: Talk, uri: string): Promise<ReadResourceResult> {
  return await firstShown(talk, {
    async ask({ name, passThrough }) {
      const options = { ...relayOptions(talk), round: roundOf(talk, name) };
      const given = await passThrough.readResource(uri, options);
      return await toRelayed(talk, name, given) as ReadResourceResult;
    },
    sought: { resource: uri },
    asked: askedBy(talk)?.server,
    isUnknown: ({ code }) => NOT_FOUND.has(code),
    none: () => notFound(uri),
  });
}

function notFound(uri: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, "Resource not found", { uri });
}
