/**
 * Sends a request to its API and nowhere else: the host adds its proofs last, so that nothing of the
 * input can take their place, and no redirect leaves the origin. Private addresses are fine where the
 * operator named this origin; else `ask` judges them.
 */

import { readBounded, TooManyBytes } from "../base/bounded_bytes.ts";
import { CodemodeError } from "../base/errors.ts";
import type { Fetch } from "../base/network.ts";
import type { ApiRequest } from "./build_request.ts";
import type { SecretScreen } from "./secret_screen.ts";
import type { Proof, Scheme } from "./security_schemes.ts";

/** Redirects followed, all within the origin. */
const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** An answer of an API. */
export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What the host adds to a request, and how much it takes. */
export interface SendOptions {
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly schemes: readonly Scheme[];
  /** Told what is shown to the API before it is. */
  readonly screen: SecretScreen;
  /** Does what `fetch` does. */
  readonly ask: Fetch;
  readonly maxResponseBytes: number;
  readonly signal: AbortSignal;
}

/** Sends a request; a proof that was refused is renewed once. */
export async function sendRequest(request: ApiRequest, options: SendOptions): Promise<ApiAnswer> {
  const { schemes, signal } = options;
  const proofs = await Promise.all(schemes.map((one) => one.proof(signal)));
  const answer = await sendWith(request, options, proofs);
  if (answer.status !== 401 || !schemes.some(({ isRenewable }) => isRenewable)) return answer;
  const renewed = await Promise.all(schemes.map((one, at) => one.proof(signal, proofs[at])));
  return await sendWith(request, options, renewed);
}

async function sendWith(
  request: ApiRequest,
  options: SendOptions,
  texts: readonly Proof[],
): Promise<ApiAnswer> {
  const { schemes, signal, maxResponseBytes, screen, ask } = options;
  for (const { secrets } of texts) screen.add(secrets);
  const proofs = schemes.map(({ place, name }, at) => ({
    place,
    name,
    value: texts[at]?.text ?? "",
  }));
  const headers = headersOf(request, options, proofs);
  let url = withProofs(request, proofs);
  for (let redirects = 0;; redirects += 1) {
    const response = await ask(url, {
      method: request.method,
      headers,
      body: request.body?.content ?? null,
      redirect: "manual",
      signal,
    });
    const next = await redirectOf(response, url, request.method);
    if (next === undefined) return await toAnswer(response, maxResponseBytes);
    if (redirects >= MAX_REDIRECTS) throw redirected(`more than ${MAX_REDIRECTS} times`);
    url = next;
  }
}

type Placed = Pick<Scheme, "place" | "name"> & { readonly value: string };

function headersOf(
  { headers, cookies, body }: ApiRequest,
  options: SendOptions,
  proofs: readonly Placed[],
): Headers {
  const all = new Headers({ accept: "application/json, */*;q=0.5", "user-agent": "codemode" });
  if (body?.contentType !== undefined) all.set("content-type", body.contentType);
  for (const [name, value] of headers) all.set(name, value);
  const hostCookies = proofs.filter(({ place }) => place === "cookie");
  const pairs = [
    // SAFETY: of two cookies of one name a server may take either (test/integration/openapi).
    ...cookies.filter(([name]) =>
      !hostCookies.some((own) => own.name === decodeURIComponent(name))
    ),
    ...hostCookies.map(({ name, value }) => [name, encodeURIComponent(value)] as const),
  ];
  if (pairs.length > 0) {
    all.set(
      "cookie",
      pairs.map(([name, value]) => `${name}=${value}`).join("; "),
    );
  }
  for (const [name, value] of options.headers) all.set(name, value);
  for (const { place, name, value } of proofs) if (place === "header") all.set(name, value);
  return all;
}

function withProofs({ url, query }: ApiRequest, proofs: readonly Placed[]): URL {
  const own = proofs.filter(({ place }) => place === "query");
  if (own.length === 0) return url;
  // SAFETY: an object that is spread over the query can bring any name (test/integration/openapi).
  const given = query.filter(([name]) =>
    !own.some((proof) => proof.name === decodeURIComponent(name))
  );
  const pairs = [
    ...given,
    ...own.map(({ name, value }) => [encodeURIComponent(name), encodeURIComponent(value)] as const),
  ];
  const proven = new URL(url);
  proven.search = pairs.map(([name, value]) => `${name}=${value}`).join("&");
  return proven;
}

/** Where a redirect leads, if it may be followed. Throws `MCP_TOOL_ERROR` for one that may not. */
async function redirectOf(response: Response, from: URL, method: string): Promise<URL | undefined> {
  const location = response.headers.get("location");
  if (!REDIRECTS.has(response.status) || location === null) return undefined;
  await response.body?.cancel();
  if (!URL.canParse(location, from)) throw redirected("to what is no address");
  const url = new URL(location, from);
  // SAFETY: another origin would be shown the host's proofs (test/integration/openapi).
  if (url.origin !== from.origin) throw redirected("to another origin");
  if (method !== "GET" && method !== "HEAD") throw redirected(`with ${response.status}`);
  return url;
}

async function toAnswer(response: Response, maxBytes: number): Promise<ApiAnswer> {
  try {
    return {
      status: response.status,
      contentType: (response.headers.get("content-type") ?? "").toLowerCase(),
      body: await readBounded(response.body, maxBytes),
    };
  } catch (error) {
    if (!(error instanceof TooManyBytes)) throw error;
    throw new CodemodeError(
      "TOOL_OUTPUT_INVALID",
      `The answer is larger than ${maxBytes} bytes`,
      { details: { maxBytes, status: response.status } },
    );
  }
}

function redirected(where: string): CodemodeError {
  const message = `The API redirected the request ${where}, which is not followed`;
  return new CodemodeError("MCP_TOOL_ERROR", message, { details: { message } });
}
