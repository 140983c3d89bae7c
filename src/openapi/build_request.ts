/**
 * An operation and an input → the one request it means. The input may come from anybody: it fills
 * places the document names, and can neither leave its place in the path, nor add a header, nor name
 * another host. Pure.
 */

import { CodemodeError } from "../base/errors.ts";
import type { Operation, Parameter } from "./operation.ts";
import { type Pair, toHeaderText, toPairs, toPathText } from "./write_parameter.ts";
import { writeBody, type WrittenBody } from "./write_body.ts";

/** A request without what the host adds. */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Names and values are percent-encoded. */
  readonly cookies: readonly Pair[];
  readonly query: readonly Pair[];
  readonly body?: WrittenBody;
}

/** Characters of a whole address. */
const MAX_URL_LENGTH = 16_384;
/** Times a server may be thought to decode one path. */
const MAX_DECODINGS = 3;

/** Visible ASCII, blanks and tabs inside. SAFETY: no line break, which would begin a header of its own. */
const HEADER_VALUE = /^[\x20-\x7e\t]*$/;

type Input = Readonly<Record<string, unknown>>;

/** The request. Throws `TOOL_INPUT_INVALID` for an input that cannot be sent. */
export function buildRequest(operation: Operation, base: URL, input: Input): ApiRequest {
  const { parameters, body, method } = operation;
  try {
    const query = pairsOf(parameters, "query", input);
    const headers = headersOf(parameters, input);
    const content = body === undefined ? undefined : valueOf(input, body.key);
    return {
      method,
      url: toUrl(base, pathOf(operation, input), query),
      headers,
      cookies: pairsOf(parameters, "cookie", input),
      query,
      ...(body === undefined || content === undefined ? {} : { body: writeBody(body, content) }),
    };
  } catch (error) {
    // A lone surrogate has no encoding.
    if (error instanceof URIError) throw invalid("a text in it is no Unicode");
    throw error;
  }
}

function pathOf({ path, parameters }: Operation, input: Input): string {
  const byName = new Map(
    parameters.flatMap((one) => one.in === "path" ? [[one.name, one] as const] : []),
  );
  const filled = path.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
    const parameter = byName.get(name);
    const value = parameter && valueOf(input, parameter.key);
    const text = parameter === undefined ? "" : toPathText(parameter, value ?? "");
    // SAFETY: "DELETE /users/" is another request than "DELETE /users/{id}".
    if (text === "") throw invalid(`/${parameter?.key ?? name} must not be empty`);
    return text;
  });
  return filled;
}

/**
 * The address. SAFETY: whatever the path's parameters are, the request stays at its origin and below
 * its base: no segment of the path is `.` or `..`, also after decoding (test/unit/openapi).
 */
function toUrl(base: URL, path: string, query: readonly Pair[]): URL {
  if (climbs(path)) throw invalid("a value in its path would leave the path");
  const prefix = withoutSlashes(base.pathname);
  const search = query.map(([name, value]) => `${name}=${value}`).join("&");
  const text = `${base.origin}${prefix}${path}${search === "" ? "" : `?${search}`}`;
  if (text.length > MAX_URL_LENGTH) throw invalid("its address would be too long");
  const url = new URL(text);
  if (url.origin !== base.origin || !url.pathname.startsWith(`${prefix}/`)) {
    throw invalid("a value in its path would leave the path");
  }
  return url;
}

/** The path without slashes at its end; a pattern would begin anew at each of many slashes before. */
function withoutSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end -= 1;
  return path.slice(0, end);
}

function climbs(path: string): boolean {
  let text = path;
  for (let round = 0; round <= MAX_DECODINGS; round += 1) {
    if (text.split(/[/\\]/).some((segment) => /^\.\.?(?:;|$)/.test(segment))) return true;
    // deno-lint-ignore no-control-regex -- they are what is looked for
    if (/[\u0000-\u001f\u007f]/.test(text)) return true;
    const decoded = decode(text);
    if (decoded === text) return false;
    text = decoded;
  }
  return false;
}

function decode(text: string): string {
  return text.replaceAll(
    /%([0-7][0-9A-Fa-f])/g,
    (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function headersOf(parameters: readonly Parameter[], input: Input): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const parameter of parameters) {
    const value = valueOf(input, parameter.key);
    if (parameter.in !== "header" || value === undefined) continue;
    const text = toHeaderText(parameter, value);
    if (!HEADER_VALUE.test(text)) {
      throw invalid(`/${parameter.key} has characters that no header may have`);
    }
    headers.set(parameter.name.toLowerCase(), text.trim());
  }
  return headers;
}

function pairsOf(
  parameters: readonly Parameter[],
  place: Parameter["in"],
  input: Input,
): readonly Pair[] {
  return parameters.flatMap((parameter) => {
    const value = valueOf(input, parameter.key);
    return parameter.in !== place || value === undefined ? [] : toPairs(parameter, value);
  });
}

function valueOf(input: Input, key: string): unknown {
  return Object.hasOwn(input, key) ? input[key] : undefined;
}

function invalid(why: string): CodemodeError {
  return new CodemodeError("TOOL_INPUT_INVALID", `The request cannot be sent: ${why}`);
}
