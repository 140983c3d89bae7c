/**
 * One request in which the server may ask, tell its progress and be told of the trace, in the way of
 * the revision that the session speaks.
 */

import {
  type Client,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  LOG_LEVEL_META_KEY,
  type RequestOptions,
} from "@modelcontextprotocol/client";
import type { AbandonedRequests } from "./abandoned_requests.ts";
import type { ExchangeOptions, RelayedRound } from "./exchange_options.ts";
import { type InputAnswers, inRounds } from "./input_rounds.ts";
import type { NoticeRoutes } from "./notice_routes.ts";
import type { QuestionDesk } from "./question_desk.ts";
import type { Owner } from "./seated_calls.ts";

/** The largest delay of a timer; our own deadlines end requests, the client's must not. */
export const NO_TIMEOUT_MS: number = 2 ** 31 - 1;

/** What can be asked of a person: both kinds of questions. */
export const ASKABLE: ClientCapabilities = Object.freeze({ elicitation: { form: {}, url: {} } });

/** What a request carries besides its own parameters. */
export type ExtraParams = InputAnswers & { readonly _meta?: Readonly<Record<string, unknown>> };

/** Sends one request; called again with the answers when the server has asked. */
export type Send<Result> = (
  extra: ExtraParams,
  options: RequestOptions & { readonly allowInputRequired: true },
) => Promise<Result>;

/** Both sides of an exchange. */
export interface Party<Result> {
  readonly server: string;
  readonly client: Client;
  readonly desk: QuestionDesk;
  readonly routes: NoticeRoutes;
  readonly abandoned: AbandonedRequests;
  /** Aborts when the session is over. */
  readonly over: AbortSignal;
  readonly send: Send<Result>;
}

/** Makes the request; `about` is what questions are said to be about. */
export async function exchange<Result>(
  about: string,
  options: ExchangeOptions,
  party: Party<Result>,
): Promise<Result> {
  const { ask, aside, execution, signal, standstill } = options;
  const owner: Owner = execution ?? options;
  const { server, client, desk, over, routes, abandoned } = party;
  using route = routes.open(options);
  using cancelling = cancellable(signal, owner, abandoned);
  const sendOnce = sender({ ...options, signal: cancelling.signal }, party, route.token);
  if (client.getProtocolEra() === "modern") {
    const { round } = options;
    options.beforeSend?.();
    if (round !== undefined) return await sendOnce(answersOf(round));
    return await inRounds(sendOnce, { server, tool: about, ask, signals: [signal, over] });
  }
  using seat = await desk.sit({ tool: about, owner, ask, aside, standstill }, signal);
  options.beforeSend?.();
  try {
    return await sendOnce({});
  } finally {
    seat.assertAsked();
  }
}

/** A signal that follows `signal`, so that what its abort tells the server is known to be this request's. */
function cancellable(
  signal: AbortSignal,
  owner: Owner,
  abandoned: AbandonedRequests,
): Disposable & { readonly signal: AbortSignal } {
  const own = new AbortController();
  const onAbort = () => abandoned.cancel(owner, () => own.abort(signal.reason));
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  return {
    signal: own.signal,
    [Symbol.dispose]: () => signal.removeEventListener("abort", onAbort),
  };
}

function sender<Result>(
  { signal, ask, trace, onLog, round }: ExchangeOptions,
  { client, send }: Party<Result>,
  progressToken: string | undefined,
): (answers: InputAnswers) => Promise<Result> {
  const isModern = client.getProtocolEra() === "modern";
  const capabilities = round?.capabilities ?? (ask ? ASKABLE : {});
  const meta = {
    ...trace,
    ...(progressToken === undefined ? {} : { progressToken }),
    ...(isModern ? { [CLIENT_CAPABILITIES_META_KEY]: capabilities } : {}),
    ...(isModern && onLog ? { [LOG_LEVEL_META_KEY]: "debug" } : {}),
  };
  const extra = Object.keys(meta).length === 0 ? {} : { _meta: meta };
  return (answers) =>
    send({ ...answers, ...extra }, { signal, timeout: NO_TIMEOUT_MS, allowInputRequired: true });
}

function answersOf({ inputResponses, requestState }: RelayedRound): InputAnswers {
  return {
    ...(inputResponses === undefined ? {} : { inputResponses }),
    ...(requestState === undefined ? {} : { requestState }),
  };
}
