/** Reads a document from a file or an address, bounded, as JSON or YAML. */

import { open } from "node:fs/promises";
import { readBounded, TooManyBytes } from "../base/bounded_bytes.ts";
import { findExcess, type JsonExcess, type JsonExtent } from "../base/json_extent.ts";
import { AddressRefused, type Fetch } from "../base/network.ts";
import { isAddress, parseYaml } from "../config/mod.ts";
import { ApiDocument, DocumentFault } from "./api_document.ts";
import { MAX_JSON_DEPTH, nestsDeeper } from "./json_depth.ts";

/** Largest document. */
export const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;
/** Largest document in YAML, which takes far longer to read. */
export const MAX_YAML_BYTES = 1024 * 1024;
/** What a document in JSON may have in it, so that it is parsed within half a second. */
const MAX_DOCUMENT_EXTENT: JsonExtent = Object.freeze({
  nodes: 4_000_000,
  names: 250_000,
  depth: MAX_JSON_DEPTH,
});
/** Time an address may take. */
const TIMEOUT_MS = 30_000;

/** Loads a document. Throws a {@link DocumentFault}. */
export async function loadDocument(
  from: string | Readonly<Record<string, unknown>>,
  signal: AbortSignal,
  ask: Fetch = fetch,
): Promise<ApiDocument> {
  if (typeof from !== "string") return new ApiDocument(from);
  const bytes = isAddress(from) ? await fetchBytes(from, signal, ask) : await fileBytes(from);
  return new ApiDocument(parse(bytes));
}

async function fetchBytes(
  address: string,
  signal: AbortSignal,
  ask: Fetch,
): Promise<Uint8Array> {
  try {
    const response = await ask(address, {
      headers: { accept: "application/json, application/yaml, */*;q=0.5" },
      // SAFETY: where the operator said it is, and nowhere else.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new DocumentFault(`its address answered with status ${response.status}`);
    }
    return await readBounded(response.body, MAX_DOCUMENT_BYTES);
  } catch (error) {
    if (error instanceof DocumentFault) throw error;
    if (error instanceof TooManyBytes) throw tooLarge(MAX_DOCUMENT_BYTES);
    if (error instanceof AddressRefused) throw new DocumentFault("its address is not public");
    throw new DocumentFault("its address cannot be reached", { cause: error });
  }
}

async function fileBytes(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    if (size > MAX_DOCUMENT_BYTES) throw tooLarge(MAX_DOCUMENT_BYTES);
    return await file.readFile();
  } catch (error) {
    if (error instanceof DocumentFault) throw error;
    throw new DocumentFault("its file cannot be read", { cause: error });
  }
}

function parse(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  if (/^\s*\{/.test(text)) {
    if (nestsDeeper(bytes)) throw new DocumentFault("it nests too deep");
    // SAFETY: objects of millions of names take seconds to build, in which nothing else runs
    // (test/unit/openapi: documents).
    const excess = findExcess(text, MAX_DOCUMENT_EXTENT);
    if (excess !== undefined) throw tooMuch(excess);
    try {
      return JSON.parse(text);
    } catch {
      // Flow style is YAML too.
    }
  }
  if (bytes.length > MAX_YAML_BYTES) throw tooLarge(MAX_YAML_BYTES);
  try {
    return parseYaml(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DocumentFault(`it is neither JSON nor YAML: ${reason}`);
  }
}

function tooMuch({ kind, limit }: JsonExcess): DocumentFault {
  const what = kind === "names" ? "different names of members" : "members and elements";
  return new DocumentFault(`it has more than ${limit} ${what}`);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DocumentFault("it is no UTF-8 text");
  }
}

function tooLarge(bytes: number): DocumentFault {
  return new DocumentFault(`it is larger than ${bytes} bytes`);
}
