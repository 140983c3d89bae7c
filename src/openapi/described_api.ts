/** A loaded document, joined with the configuration: the tools, and how each is called. */

import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import { AddressRefused, type Fetch, type Network } from "../base/network.ts";
import { isLoopback, type OpenApiConfig } from "../config/mod.ts";
import type { Tool } from "../contract/mod.ts";
import { type ApiDocument, DocumentFault, isObject, textOf } from "./api_document.ts";
import { buildRequest } from "./build_request.ts";
import { ClientTokens } from "./client_tokens.ts";
import { loadDocument } from "./load_document.ts";
import { Once } from "./once.ts";
import type { Operation } from "./operation.ts";
import { type ReadAnswer, readAnswer } from "./read_answer.ts";
import { readOperations } from "./read_operations.ts";
import { SecretScreen } from "./secret_screen.ts";
import { secretsOfHeader } from "./secret_spellings.ts";
import { readSchemes, type Scheme, schemesFor } from "./security_schemes.ts";
import { sendRequest } from "./send_request.ts";
import { operationUrl, serverUrl } from "./server_url.ts";

/** Characters of the description of a whole API. */
const MAX_DESCRIPTION = 4_000;

/** An API whose document is known. */
export interface Api {
  readonly description: string;
  readonly tools: readonly Tool[];
  /** What of the document is left out, for the operator. */
  readonly problems: readonly string[];
  /** Where requests go. */
  readonly url: string;
  call(
    tool: string,
    input: Readonly<Record<string, unknown>>,
    options: { readonly signal: AbortSignal; readonly timeoutMs?: number },
  ): Promise<ReadAnswer>;
}

interface Callable {
  readonly operation: Operation;
  readonly base: URL;
  readonly schemes: readonly Scheme[];
}

/** Loads the document of an API. Throws a `DocumentFault`. */
export async function openDescribedApi(
  name: string,
  config: OpenApiConfig,
  deps: { readonly clock: Clock; readonly network?: Network | undefined },
  signal: AbortSignal,
): Promise<Api> {
  const ask = deps.network?.fetch ?? fetch;
  const document = await loadDocument(config.document, signal, ask);
  const base = serverUrl(document, config);
  assertConfidential(base, config);
  const schemes = readSchemes(
    document,
    config.auth,
    tokensOpener(base, {
      clock: deps.clock,
      life: signal,
      ask,
    }),
  );
  const { operations, problems } = await readOperations(document, {
    readOnly: config.readOnly,
    ...config.operations,
    hostSets: (place, parameter) => hostSets(config, schemes, place, parameter),
  });
  const callables = new Map<string, Callable>();
  const urls = new Once<URL>();
  const more: string[] = [];
  for (const operation of operations) {
    try {
      const url = urls.get(operation.server, () => operationUrl(operation.server, base, config));
      callables.set(operation.name, {
        operation,
        base: url,
        schemes: schemesFor(operation, schemes),
      });
    } catch (error) {
      if (!(error instanceof DocumentFault)) throw error;
      more.push(`${operation.name} is left out: ${error.message}`);
    }
  }
  const api: Api = {
    description: describe(document),
    tools: Object.freeze([...callables.values()].map(({ operation }) => toTool(name, operation))),
    problems: [...problems, ...more.slice(0, 50)],
    url: base.href,
    call: (tool, input, options) =>
      call(name, config, callables.get(tool), { tool, input, ask, ...options }),
  };
  return Object.freeze(api);
}

interface Asked {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  readonly ask: Fetch;
}

async function call(
  server: string,
  config: OpenApiConfig,
  callable: Callable | undefined,
  asked: Asked,
): Promise<ReadAnswer> {
  const { tool, input, signal } = asked;
  const where = { server, tool };
  if (!callable) {
    const message = `The server "${server}" has no tool "${tool}"`;
    throw new CodemodeError("TOOL_NOT_FOUND", message, { details: where });
  }
  const timeoutMs = asked.timeoutMs ?? config.timeoutMs;
  const limit = AbortSignal.timeout(timeoutMs);
  const both = AbortSignal.any([signal, limit]);
  const { operation, base, schemes } = callable;
  const headers = Object.entries(config.headers)
    .map(([name, value]) => [name.toLowerCase(), value.reveal()] as const);
  const screen = new SecretScreen();
  screen.add(headers.flatMap(([, value]) => secretsOfHeader(value)));
  screen.add(schemes.flatMap((one) => one.secrets()));
  let isSent = false;
  try {
    both.throwIfAborted();
    const request = buildRequest(operation, base, input);
    isSent = true;
    const answer = await sendRequest(request, {
      headers,
      schemes,
      screen,
      ask: asked.ask,
      maxResponseBytes: config.maxResponseBytes,
      signal: both,
    });
    // Another call may have had a newer token meanwhile, which the API could show here.
    screen.add(schemes.flatMap((one) => one.secrets()));
    const { value, isStructured } = readAnswer(operation, answer, screen);
    return { value, isStructured: isStructured && config.checkResponses };
  } catch (error) {
    throw toCallError(error, { where, isSent, signal, limit, timeoutMs, screen });
  }
}

interface Circumstances {
  readonly where: { readonly server: string; readonly tool: string };
  readonly isSent: boolean;
  readonly signal: AbortSignal;
  readonly limit: AbortSignal;
  readonly timeoutMs: number;
  readonly screen: SecretScreen;
}

/** What went wrong, in the words every source uses. Addresses and causes are not told. */
function toCallError(error: unknown, circumstances: Circumstances): CodemodeError {
  const { where, isSent, signal, limit, timeoutMs, screen } = circumstances;
  const { server, tool } = where;
  const details = { ...where, mayHaveTakenEffect: isSent };
  if (signal.aborted) {
    return new CodemodeError("CANCELLED", `The call of "${tool}" was cancelled`, { details });
  }
  if (limit.aborted) {
    const message = `The call of "${tool}" on "${server}" had no answer for ${timeoutMs} ms`;
    return new CodemodeError("TOOL_TIMEOUT", message, { details: { ...details, timeoutMs } });
  }
  if (error instanceof CodemodeError) {
    return new CodemodeError(error.code, error.message, {
      details: { ...where, ...error.details },
      cause: error.cause,
    });
  }
  if (error instanceof AddressRefused) {
    const message = `The API "${server}" cannot be reached: its address is not public`;
    return new CodemodeError("MCP_SERVER_UNAVAILABLE", message, {
      details: { ...where, mayHaveTakenEffect: false },
    });
  }
  return new CodemodeError(
    "MCP_SERVER_UNAVAILABLE",
    `The API "${server}" cannot be reached`,
    { details, cause: screen.hideError(error) },
  );
}

function toTool(server: string, operation: Operation): Tool {
  const { name, description, inputSchema, outputSchema, annotations } = operation;
  return Object.freeze({
    server,
    name,
    description,
    inputSchema,
    ...(outputSchema === undefined ? {} : { outputSchema }),
    annotations,
    source: "openapi",
  });
}

function describe(document: ApiDocument): string {
  const { info } = document.root;
  if (!isObject(info)) return "";
  const texts = [textOf(info["title"]), textOf(info["description"])].filter((text) => text !== "");
  return texts.join("\n\n").slice(0, MAX_DESCRIPTION);
}

/** Whether the host gives a parameter itself, so that callers need not and cannot. */
function hostSets(
  { headers }: OpenApiConfig,
  schemes: ReadonlyMap<string, Scheme>,
  place: string,
  name: string,
): boolean {
  const isHeader = place === "header";
  const own = isHeader ? name.toLowerCase() : name;
  return [...schemes.values()].some((scheme) => scheme.place === place && scheme.name === own) ||
    (isHeader && Object.keys(headers).some((header) => header.toLowerCase() === own));
}

/** SAFETY: over plain HTTP everyone on the way would read them (test/unit/openapi). */
function assertConfidential(base: URL, { headers, auth }: OpenApiConfig): void {
  const hasSecrets = Object.keys(headers).length + Object.keys(auth).length > 0;
  if (!hasSecrets || base.protocol === "https:" || isLoopback(base.hostname)) return;
  throw new DocumentFault("its server is http, over which headers and auth are not sent");
}

function tokensOpener(
  base: URL,
  deps: Pick<ConstructorParameters<typeof ClientTokens>[0], "clock" | "life" | "ask">,
) {
  return (
    client: ConstructorParameters<typeof ClientTokens>[0]["client"],
    documented: { readonly tokenUrl: string; readonly scopes: readonly string[] },
  ): ClientTokens => {
    const url = new URL(client.tokenUrl ?? documentedTokenUrl(documented.tokenUrl, base));
    if (url.protocol !== "https:" && !isLoopback(url.hostname)) {
      throw new DocumentFault("its tokenUrl must be https, or http on this machine");
    }
    // SAFETY: a document must not choose where the client's secret goes (test/unit/openapi).
    if (client.tokenUrl === undefined && url.origin !== base.origin) {
      throw new DocumentFault(`its tokenUrl is at ${url.origin}; set auth.<scheme>.tokenUrl`);
    }
    return new ClientTokens({ url, client, scopes: client.scopes ?? [], ...deps });
  };
}

function documentedTokenUrl(text: string, base: URL): string {
  if (text === "" || !URL.canParse(text, base)) {
    throw new DocumentFault("it says no tokenUrl; set auth.<scheme>.tokenUrl");
  }
  return new URL(text, base).href;
}
