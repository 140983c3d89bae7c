/** The caller's executions: what happens to them, their questions, their end. */

import type {
  ExecuteAnswer,
  ExecutionDetails,
  ExecutionEvent,
  ExecutionsAnswer,
  ExecutionView,
  InputRequired,
  QuestionAnswer,
} from "../contract/mod.ts";
import { CodemodeClientError } from "./client_error.ts";
import { pathSegment } from "./path_segment.ts";
import { pause } from "./pause.ts";
import { readEvents } from "./read_events.ts";
import type { Wire } from "./wire.ts";

/** Which part of a list. */
export interface ListOptions {
  /** @default 50 */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly before?: number;
  readonly signal?: AbortSignal;
}

/** The answer to a question, under the question's name. */
export type Reply = QuestionAnswer & { readonly question: string };

/** `client.executions`. */
export class Executions {
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Those that run or are still kept, newest first. */
  list({ limit, before, signal }: ListOptions = {}): Promise<ExecutionsAnswer> {
    return this.#wire.json("api/v1/executions", { query: { limit, before }, signal });
  }

  /** One of them; `EXECUTION_NOT_FOUND` when it is not kept any more. */
  async get(executionId: string, signal?: AbortSignal): Promise<ExecutionDetails> {
    const details = await this.#wire.json<ExecutionDetails>(pathOf(executionId), { signal });
    const { answer } = details;
    return answer === undefined ? details : { ...details, answer: this.decoded(answer) };
  }

  /** Ends it. */
  async cancel(executionId: string, signal?: AbortSignal): Promise<ExecutionView> {
    return await this.#wire.json(pathOf(executionId), { method: "DELETE", signal });
  }

  /** Answers a question; what happens then is in the events. */
  answer(executionId: string, reply: Reply, signal?: AbortSignal): Promise<ExecutionView> {
    return this.#reply(executionId, reply, signal);
  }

  /** Answers a question and waits until the program has ended or asks again. */
  async answerAndWait(
    executionId: string,
    reply: Reply,
    signal?: AbortSignal,
  ): Promise<ExecuteAnswer | InputRequired> {
    const body = { ...reply, wait: true };
    return this.decoded(
      await this.#reply<ExecuteAnswer | InputRequired>(executionId, body, signal),
    );
  }

  /** What happened after the event with the id `after`, then what happens, to the end. */
  async *events(
    executionId: string,
    { after = 0, signal }: { readonly after?: number; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<ExecutionEvent, void, undefined> {
    const open = (from: number) =>
      this.#wire.open(`${pathOf(executionId)}/events`, { query: { after: from }, signal });
    yield* this.follow(await open(after), { open, after, signal });
  }

  /** The events of an answer and, where its connection is lost, of those that `open` gets. */
  async *follow(
    first: Response,
    { open, after, signal }: {
      readonly open: (after: number) => Promise<Response>;
      readonly after: number;
      readonly signal?: AbortSignal | undefined;
    },
  ): AsyncGenerator<ExecutionEvent, void, undefined> {
    const { retries, retryDelayMs } = this.#wire;
    let response: Response | undefined = first;
    let last = after;
    for (let attempt = 0;; attempt += 1) {
      for await (const event of response === undefined ? [] : this.#read(response, signal)) {
        // Events count up: one that is told again would never end.
        if (event.id <= last) throw outOfOrder();
        attempt = 0;
        last = event.id;
        yield event;
        if (isLast(event)) return;
      }
      if (attempt >= retries) throw lost();
      await pause(retryDelayMs * 2 ** attempt, signal);
      response = await open(last).catch(noneWhenUnreachable);
    }
  }

  /** The answer with its result as it was. */
  decoded<T extends object>(answer: T): T {
    return "result" in answer ? { ...answer, result: this.#wire.decode(answer.result) } : answer;
  }

  /** What arrives until the connection ends, however it does. */
  async *#read(
    { body }: Response,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ExecutionEvent, void, undefined> {
    if (body === null) return;
    const events = readEvents(body);
    try {
      for (;;) {
        const read = await events.next().catch(noneWhenLost);
        if (signal?.aborted) throw signal.reason;
        if (read === undefined || read.done) return;
        const event = read.value;
        yield event.type === "result" ? { ...event, payload: this.decoded(event.payload) } : event;
      }
    } finally {
      await events.return();
    }
  }

  async #reply<T>(executionId: string, body: unknown, signal: AbortSignal | undefined): Promise<T> {
    return await this.#wire.json(`${pathOf(executionId)}/answers`, {
      method: "POST",
      body,
      signal,
    });
  }
}

function isLast({ type }: ExecutionEvent): boolean {
  return type === "result" || type === "error";
}

function pathOf(executionId: string): string {
  return `api/v1/executions/${pathSegment(executionId, "execution")}`;
}

function lost(): CodemodeClientError {
  return new CodemodeClientError("UNREACHABLE", "The stream was lost and could not be taken up");
}

function outOfOrder(): CodemodeClientError {
  return new CodemodeClientError("UNEXPECTED_ANSWER", "The events of the stream are out of order", {
    status: 200,
  });
}

/** What is no event at all will be none the next time. */
function noneWhenLost(error: unknown): undefined {
  if (error instanceof CodemodeClientError) throw error;
  return undefined;
}

/** The service may be back soon. */
function noneWhenUnreachable(error: unknown): undefined {
  if (error instanceof CodemodeClientError && error.code === "UNREACHABLE") return undefined;
  throw error;
}
