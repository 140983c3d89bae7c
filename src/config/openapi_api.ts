/** `openapi`: HTTP APIs whose operations are tools, each described by an OpenAPI document. */

import { resolve } from "node:path";
import { z } from "zod";
import type { Secret } from "../base/secret.ts";
import type { BrokenRule } from "./broken_rule.ts";
import { headerNameFault, headerValueFault } from "./header_rules.ts";
import { isLoopback } from "./loopback.ts";
import { duration, secret, size } from "./values.ts";

/** What the host shows an API; which of them fits is what the document's scheme of that name says. */
export type OpenApiCredential =
  | { readonly value: Secret }
  | { readonly token: Secret }
  | { readonly username: string; readonly password: Secret }
  | {
    readonly clientId: string;
    readonly clientSecret: Secret;
    /** Where tokens are had. @default what the document says */
    readonly tokenUrl?: string;
    readonly scopes?: readonly string[];
  };

/** One HTTP API. */
export interface OpenApiConfig {
  /** An absolute path, an address, or the document itself. */
  readonly document: string | Readonly<Record<string, unknown>>;
  /** What paths are appended to. @default the document's first server */
  readonly baseUrl?: string;
  /** Values for `{…}` in the document's server. @default the document's */
  readonly serverVariables: Readonly<Record<string, string>>;
  /** Whether only GET and HEAD are tools. @default true */
  readonly readOnly: boolean;
  /** Names with `*`, or `tag:` and a tag with `*`. @default all are included */
  readonly operations: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  /** By the names of the document's security schemes. */
  readonly auth: Readonly<Record<string, OpenApiCredential>>;
  /** Headers of every request. */
  readonly headers: Readonly<Record<string, Secret>>;
  /** One call. @default 10000 */
  readonly timeoutMs: number;
  /** Largest answer. @default 8388608 */
  readonly maxResponseBytes: number;
  /** Whether an answer that breaks its schema fails the call. @default true */
  readonly checkResponses: boolean;
}

const name = z.string().min(1).max(256);

const credential = z.union([
  z.strictObject({ value: secret }),
  z.strictObject({ token: secret }),
  z.strictObject({ username: z.string(), password: secret }),
  z.strictObject({
    clientId: z.string().min(1),
    clientSecret: secret,
    tokenUrl: z.url().optional(),
    scopes: z.array(z.string().min(1)).optional(),
  }),
], "must be { value }, { token }, { username, password } or { clientId, clientSecret }");

/** One entry of the section. */
export const OpenApiSchema = z.strictObject({
  document: z.union(
    [z.string().min(1), z.record(z.string(), z.unknown())],
    "must be a path, an address or a document",
  ),
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
  serverVariables: z.record(z.string(), z.string()).default({}),
  readOnly: z.boolean().default(true),
  operations: z.strictObject({
    include: z.array(name).max(1024).default(["*"]),
    exclude: z.array(name).max(1024).default([]),
  }).prefault({}),
  auth: z.record(name, credential).default({}),
  headers: z.record(z.string(), secret).default({}),
  timeout: duration.default(10_000),
  maxResponseSize: size.default(8_388_608),
  checkResponses: z.boolean().default(true),
});

type OpenApiFile = z.output<typeof OpenApiSchema>;

/** The entry with its units named and its path resolved. */
export function toOpenApi(file: OpenApiFile, directory: string): OpenApiConfig {
  const { timeout, maxResponseSize, document, baseUrl, auth, ...rest } = file;
  const isPath = typeof document === "string" && !isAddress(document);
  return {
    ...rest,
    document: isPath ? resolve(directory, document) : document,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    auth: auth as OpenApiConfig["auth"],
    timeoutMs: timeout,
    maxResponseBytes: maxResponseSize,
  };
}

/** Whether a document is fetched and not read. */
export function isAddress(document: string): boolean {
  return /^https?:\/\//i.test(document);
}

/** What an entry says that cannot hold; paths are inside the entry. */
export function openApiFaults(
  { baseUrl, headers, auth, document }: OpenApiFile,
): BrokenRule[] {
  const urls: [PropertyKey[], string | undefined][] = [
    [["baseUrl"], baseUrl],
    [["document"], typeof document === "string" && isAddress(document) ? document : undefined],
    ...Object.entries(auth).map(([scheme, one]): [PropertyKey[], string | undefined] => [
      ["auth", scheme, "tokenUrl"],
      "tokenUrl" in one ? one.tokenUrl : undefined,
    ]),
  ];
  return [
    ...urls.flatMap(([path, url]) => url === undefined ? [] : urlFaults(path, url)),
    ...Object.entries(headers).flatMap(([header, value]) => headerFaults(header, value)),
    ...secretFaults(baseUrl, { headers, auth }),
  ];
}

function urlFaults(path: readonly PropertyKey[], url: string) {
  const problems = !URL.canParse(url)
    ? ["is no address"]
    : new URL(url).username !== "" || new URL(url).password !== ""
    ? ["credentials do not belong in an address; see auth"]
    : [];
  const isToken = path.includes("tokenUrl");
  if (isToken && problems.length === 0 && !isConfidential(url)) {
    problems.push("must be https, or http on this machine");
  }
  return problems.map((message) => ({ path, message }));
}

function headerFaults(header: string, value: Secret) {
  const message = headerNameFault(header, REFUSED_HEADERS) ?? headerValueFault(value);
  return message === undefined ? [] : [{ path: ["headers", header], message }];
}

const REFUSED_HEADERS: ReadonlySet<string> = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
]);

/** SAFETY: over plain HTTP everyone on the way would read them (test/unit/config/openapi_api_test.ts). */
function secretFaults(
  baseUrl: string | undefined,
  { headers, auth }: Pick<OpenApiFile, "headers" | "auth">,
) {
  const count = Object.keys(headers).length + Object.keys(auth).length;
  if (baseUrl === undefined || count === 0 || isConfidential(baseUrl)) return [];
  return [{
    path: ["baseUrl"],
    message: "must be https, or http on this machine, where headers or auth are sent",
  }];
}

/** Whether nobody between here and there can read what is said. */
function isConfidential(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}
