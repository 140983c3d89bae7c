/** The door over HTTP: both revisions at one address, for principals that were let in already. */

import { type AuthInfo, createMcpHandler, isLegacyRequest } from "@modelcontextprotocol/server";
import { CodemodeError } from "../base/errors.ts";
import { type PlaceLimits, Places } from "../base/places.ts";
import type { Caller } from "../engine/mod.ts";
import { untilExpiry, whenSent } from "./answer_body.ts";
import { createDoor } from "./door.ts";
import type { DoorParts } from "./door_parts.ts";
import { ChangeBus } from "./change_bus.ts";
import { notifySession, toEvent, watchChanges } from "./changes.ts";
import { createServer } from "./create_server.ts";
import { readMessage } from "./read_message.ts";
import { calledSchema } from "./shown_servers.ts";
import { Sessions } from "./sessions.ts";

/** Opens a stream on which a client of the newest revision is told of changes. */
const LISTEN = "subscriptions/listen";

const NO_MESSAGE = Object.freeze({ message: undefined });

/** What the endpoint needs besides. */
export interface EndpointParts extends DoorParts {
  /** Largest request. */
  readonly maxBodyBytes: number;
}

/** The endpoint. Disposing it ends sessions, streams and what waits. */
export interface McpEndpoint extends AsyncDisposable {
  fetch(request: Request, caller: Caller): Promise<Response>;
}

/** Creates the endpoint. */
export function createMcpEndpoint(parts: EndpointParts): McpEndpoint {
  const { clock, config: limits, maxBodyBytes, logger } = parts;
  const door = createDoor(parts);
  const bus = new ChangeBus();
  const modern = createMcpHandler(
    async ({ authInfo, requestInfo }) => {
      const visit = { caller: callerOf(authInfo), era: "modern" as const };
      return createServer(door, visit, await calledSchema(parts, visit, requestInfo?.headers));
    },
    {
      legacy: "reject",
      bus,
      maxSubscriptions: limits.changeStreams,
      maxRequestBodySize: maxBodyBytes,
      onerror: (error) => logger.debug("a request to the MCP endpoint was refused", { error }),
    },
  );
  const streams = new Places({
    all: limits.changeStreams,
    perPrincipal: limits.changeStreamsPerPrincipal,
  });
  const sessions = new Sessions({ limits, maxBodyBytes, clock });
  let isClosed = false;
  const watches = watchChanges(parts, (change, isFor) => {
    bus.tell(toEvent(change), isFor);
    for (const server of sessions.servers(isFor)) notifySession(server, change);
  });
  return {
    async fetch(request, caller) {
      if (isClosed) throw new CodemodeError("SHUTTING_DOWN", "The service is shutting down");
      const read = request.method === "POST"
        ? await readMessage(request, maxBodyBytes)
        : NO_MESSAGE;
      if ("refusal" in read) return read.refusal;
      const sent = { caller, authInfo: toAuthInfo(caller), parsedBody: read.message };
      if (!await isLegacyRequest(request, sent.parsedBody)) {
        const answer = () => bus.opening(caller, () => modern.fetch(request, sent));
        if (!opensStream(sent.parsedBody)) return await answer();
        return untilExpiry(await within(streams, caller, answer), caller, clock);
      }
      const create = () => createServer(door, { caller, era: "legacy" });
      const response = await sessions.fetch(request, sent, create);
      // What was asked for is answered; what would go on for ever ends with the credential.
      return request.method === "GET" ? untilExpiry(response, caller, clock) : response;
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      watches[Symbol.dispose]();
      door[Symbol.dispose]();
      await sessions[Symbol.asyncDispose]();
      await modern.close();
    },
  };
}

function opensStream(message: unknown): boolean {
  return (Object(message) as { readonly method?: unknown }).method === LISTEN;
}

/** Answers within the principal's share of streams; the place is free again once the answer is over. */
async function within(
  streams: Places,
  { id }: Caller,
  answer: () => Promise<Response>,
): Promise<Response> {
  // SAFETY: without a share one principal could take every stream (test/unit/door: endpoint).
  const place = streams.take(id);
  if (typeof place === "string") throw tooManyStreams(place);
  try {
    return whenSent(await answer(), () => place[Symbol.dispose]());
  } catch (error) {
    place[Symbol.dispose]();
    throw error;
  }
}

function tooManyStreams(full: keyof PlaceLimits): CodemodeError {
  const limit = full === "all" ? "mcp.changeStreams" : "mcp.changeStreamsPerPrincipal";
  return new CodemodeError("RATE_LIMITED", "There are too many streams of changes", {
    details: { limit },
  });
}

/** The principal in the form in which the library carries it; tokens stay outside. */
function toAuthInfo(caller: Caller): AuthInfo {
  return { token: "", clientId: caller.id, scopes: [], extra: { caller } };
}

function callerOf(authInfo: AuthInfo | undefined): Caller {
  const caller = authInfo?.extra?.["caller"];
  if (caller === undefined) throw new TypeError("Cannot serve the request: nobody is its caller");
  return caller as Caller;
}
