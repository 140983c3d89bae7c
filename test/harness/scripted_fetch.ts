/** A `fetch` that answers as scripted, and what the client made of it sends. */

import assert from "node:assert/strict";
import { CodemodeClientError } from "../../src/client/mod.ts";

/** What was sent. */
export interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** One answer; an error is a lost connection. */
export type Answer =
  | Response
  | Error
  | ((signal: AbortSignal | null | undefined) => Promise<Response>);

/** Requests are answered in turn; the last answer is repeated. */
export function scriptedFetch(
  answers: readonly (() => Answer)[],
): { readonly fetch: typeof globalThis.fetch; readonly sent: readonly Sent[] } {
  const sent: Sent[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = answers[Math.min(sent.length, answers.length - 1)]?.();
    sent.push({
      url: String(input),
      method: init?.method ?? "GET",
      headers: new Headers(init?.headers),
      body: typeof init?.body === "string" ? JSON.parse(init.body) : undefined,
    });
    if (typeof answer === "function") return await answer(init?.signal);
    if (answer instanceof Response) return answer;
    throw answer;
  };
  return { fetch, sent };
}

/** An answer in JSON. */
export const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => () =>
  Response.json(body, { status, headers });

/** An error of the service. */
export function problem(code: string) {
  return {
    type: "runtime",
    code,
    message: `${code} said`,
    timestamp: "2026-01-01T00:00:00.000Z",
    requestId: "r1",
  };
}

/** The answer that is one. */
export const failing = (code: string, status: number, headers: Record<string, string> = {}) =>
  json({ success: false, error: problem(code) }, status, headers);

/** The typed error that is thrown. */
export async function failure(act: Promise<unknown>): Promise<CodemodeClientError> {
  try {
    await act;
  } catch (error) {
    assert.ok(error instanceof CodemodeClientError, String(error));
    return error;
  }
  return assert.fail("nothing was thrown");
}
