/** The client package's client, as this house speaks to servers. */

import {
  Client,
  type ListChangedHandlers,
  SdkError,
  SdkErrorCode,
} from "@modelcontextprotocol/client";
import { ASKABLE } from "./exchange.ts";
import type { QuestionDesk } from "./question_desk.ts";

/** Longest a server may leave the version probe unanswered before it is spoken to the older way. */
const PROBE_TIMEOUT_MS = 10_000;

const CLIENT_INFO = Object.freeze({ name: "codemode", version: "0.1.0" });

/** What the client tells of, and whether there is anybody to ask. */
export interface ClientOptions {
  /** Told, possibly often, that the server's tools may have changed. @default changes are not listened to */
  readonly onToolsChanged?: (() => void) | undefined;
  readonly canAsk: boolean;
}

function heard(onToolsChanged: () => void): ListChangedHandlers {
  return {
    tools: { autoRefresh: false, debounceMs: 0, onChanged: onToolsChanged },
    // Read by the session, which hears of them first; named here so that they are subscribed to.
    prompts: { autoRefresh: false, onChanged: () => {} },
    resources: { autoRefresh: false, onChanged: () => {} },
  };
}

/** A client that is not connected; questions of the older revisions go to `desk`. */
export function createClient(
  { onToolsChanged, canAsk }: ClientOptions,
  desk: QuestionDesk,
): Client {
  const client = new Client(CLIENT_INFO, {
    versionNegotiation: { mode: "auto", probe: { timeoutMs: PROBE_TIMEOUT_MS } },
    // Older revisions are told once; each request of the newest one says it anew.
    capabilities: canAsk ? ASKABLE : {},
    inputRequired: { autoFulfill: false },
    ...(onToolsChanged && { listChanged: heard(onToolsChanged) }),
  });
  // Read by the session, which hears of it first.
  client.setNotificationHandler("notifications/progress", () => {});
  if (canAsk) {
    client.setRequestHandler(
      "elicitation/create",
      async ({ params }, { mcpReq }) => ({ ...await desk.answer(params, mcpReq.signal) }),
    );
  }
  return client;
}

/** Whether a connect failed because the server has ended at the version probe. */
export function endedDuringProbe(error: unknown): boolean {
  return error instanceof SdkError && error.code === SdkErrorCode.EraNegotiationFailed;
}
