/** Small JSON documents of the identity provider: bounded in time and size, never redirected. */

/** Bytes of one document. */
export const MAX_DOCUMENT_BYTES = 1024 * 1024;
/** Milliseconds one document may take. */
export const DOCUMENT_TIMEOUT_MS = 5_000;

/** `fetch` whose answer is whole and small; anything else is an error. */
export async function fetchDocument(url: string, init: RequestInit = {}): Promise<Response> {
  const signal = AbortSignal.timeout(DOCUMENT_TIMEOUT_MS);
  const headers = { accept: "application/json" };
  const answer = await fetch(url, { headers, ...init, redirect: "error", signal });
  const bytes = await readWhole(answer);
  return new Response(bytes, { status: answer.status, headers: answer.headers });
}

async function readWhole(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    if (size > MAX_DOCUMENT_BYTES) throw new RangeError(`${answer.url} is too large`);
    parts.push(part);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
