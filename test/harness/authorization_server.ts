/**
 * An authorization server and an MCP server behind it, both real and in this process: OpenID's
 * reference implementation for Node, and the fixture tools, open to whoever brings its tokens.
 */

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createMcpHandler, Server as McpServer } from "@modelcontextprotocol/server";
import * as jose from "jose";
import Provider from "oidc-provider";

/** How the servers behave. */
export interface LoginServersOptions {
  /** Lifetime of access tokens. @default 3600 */
  readonly tokenSeconds?: number;
  /** The one client metadata document that can be fetched. @default none */
  readonly document?: string;
  /** Whether anybody may register. @default true */
  readonly registration?: boolean;
  /** What the MCP server says instead of the truth about who issues its tokens. */
  readonly issuers?: readonly string[];
}

/** The running pair. */
export interface LoginServers extends AsyncDisposable {
  readonly issuer: string;
  /** The MCP server's address. */
  readonly url: string;
  /** Requests to the authorization server, as `METHOD /path` and, for tokens, the grant. */
  readonly asked: string[];
  /** Answers of the MCP server: the status of each. */
  readonly statuses: number[];
  /** Tools that want a scope beyond `tools:call`. */
  readonly scopes: Map<string, string>;
  /** Whether the MCP server refuses even good tokens. */
  isClosed: boolean;
  /** Makes every token that was issued so far stale for the MCP server. */
  expire(): void;
  /** Ends every grant, so that no refresh token is good any more. */
  revoke(): void;
  /** Goes where a browser would, logging in as Ada; the address it is sent back to. */
  browse(url: URL): Promise<URL>;
}

interface ProviderLike {
  callback(): (request: IncomingMessage, response: ServerResponse) => void;
  on(event: string, listener: (ctx: GrantContext) => void): void;
}

interface GrantContext {
  readonly oidc?: { readonly params?: Readonly<Record<string, unknown>> };
}

const SCOPES = "tools:call tools:write";

/** Starts both on ports the kernel chooses. */
export async function startLoginServers(options: LoginServersOptions = {}): Promise<LoginServers> {
  const [issuing, serving] = [createServer(), createServer()];
  const [issuer, origin] = await Promise.all([listen(issuing), listen(serving)]);
  const url = `${origin}/mcp`;
  const pair = new Pair(issuer, url, options);
  issuing.on("request", pair.issue);
  serving.on("request", pair.serve);
  return Object.assign(pair, {
    [Symbol.asyncDispose]: async () => {
      await Promise.all([close(issuing), close(serving)]);
    },
  });
}

class Pair {
  readonly asked: string[] = [];
  readonly statuses: number[] = [];
  readonly scopes = new Map<string, string>();
  isClosed = false;
  readonly #options: LoginServersOptions;
  readonly #handler = createMcpHandler(() => this.#mcpServer());
  #provider: (request: IncomingMessage, response: ServerResponse) => void;
  #keys: ReturnType<typeof jose.createRemoteJWKSet>;
  readonly #stale = new Set<string>();
  readonly #seen = new Set<string>();

  constructor(
    readonly issuer: string,
    readonly url: string,
    options: LoginServersOptions,
  ) {
    this.#options = options;
    this.#provider = this.#createProvider();
    this.#keys = jose.createRemoteJWKSet(new URL("/jwks", issuer));
  }

  expire(): void {
    for (const token of this.#seen) this.#stale.add(token);
  }

  /** A new one has forgotten every grant, client and session, as after losing its database. */
  revoke(): void {
    this.#provider = this.#createProvider();
    this.expire();
  }

  readonly issue = (request: IncomingMessage, response: ServerResponse): void => {
    this.asked.push(`${request.method} ${request.url?.split("?")[0]}`);
    this.#provider(request, response);
  };

  readonly serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url?.startsWith("/.well-known/oauth-protected-resource")) {
      const { issuers = [this.issuer] } = this.#options;
      const body = { resource: this.url, authorization_servers: issuers };
      return void response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    }
    if (request.url !== "/mcp") return void response.writeHead(404).end();
    const body = await readAll(request);
    const granted = await this.#scopesOf(request);
    const needed = granted && missingScope(this.scopes, body, granted);
    if (granted === undefined) this.#refuse(response, 401, `scope="tools:call"`);
    else if (needed) this.#refuse(response, 403, `error="insufficient_scope", scope="${needed}"`);
    else await this.#answer(request, response, body);
    this.statuses.push(response.statusCode);
  };

  async browse(url: URL): Promise<URL> {
    const cookies = new Map<string, string>();
    let next = { url, body: undefined as URLSearchParams | undefined };
    for (let step = 0; step < 12; step += 1) {
      const response = await fetch(next.url, {
        redirect: "manual",
        headers: { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") },
        ...(next.body ? { method: "POST", body: next.body } : {}),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [name = "", value = ""] = cookie.split(";")[0]!.split("=");
        cookies.set(name, value);
      }
      const html = await response.text();
      const location = response.headers.get("location");
      const target = new URL(location ?? formAction(html), next.url);
      if (target.pathname === "/callback") return target;
      next = { url: target, body: location === null ? filledForm(html) : undefined };
    }
    throw new TypeError(`Cannot log in at ${url.origin}: it goes on and on`);
  }

  #createProvider(): (request: IncomingMessage, response: ServerResponse) => void {
    const { tokenSeconds = 3600, document, registration = true } = this.#options;
    const provider = new Provider(this.issuer, {
      clients: [{
        client_id: "machine",
        client_secret: "machine-secret",
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      }, {
        client_id: "known",
        client_secret: "known-secret",
        application_type: "native",
        grant_types: ["authorization_code", "refresh_token"],
        redirect_uris: ["http://127.0.0.1/callback"],
        response_types: ["code"],
      }],
      scopes: ["openid", "offline_access", ...SCOPES.split(" ")],
      pkce: { required: () => true },
      clientAuthMethods: ["none", "client_secret_basic", "client_secret_post"],
      issueRefreshToken: () => true,
      rotateRefreshToken: true,
      ttl: { AccessToken: tokenSeconds, ClientCredentials: tokenSeconds, Interaction: 60 },
      fetch: (place: URL | string) => Promise.resolve(documentAt(String(place), document)),
      features: {
        devInteractions: { enabled: true },
        registration: { enabled: registration, initialAccessToken: false },
        clientCredentials: { enabled: true },
        clientIdMetadataDocument: { enabled: document !== undefined, ack: "draft-02" },
        resourceIndicators: {
          enabled: true,
          useGrantedResource: () => true,
          getResourceServerInfo: (_: unknown, audience: string) => ({
            scope: SCOPES,
            audience,
            accessTokenFormat: "jwt",
            accessTokenTTL: tokenSeconds,
          }),
        },
      },
      findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
      cookies: { keys: ["cookie key"] },
    }) as ProviderLike;
    const note = (how: string) => (ctx: GrantContext) =>
      void this.asked.push(`${how} ${ctx.oidc?.params?.["grant_type"]}`);
    provider.on("grant.success", note("granted"));
    provider.on("grant.error", note("refused"));
    return provider.callback();
  }

  /** What the token covers; undefined when it is not one to let in. */
  async #scopesOf({ headers }: IncomingMessage): Promise<readonly string[] | undefined> {
    const token = headers.authorization?.replace(/^Bearer /, "") ?? "";
    this.#seen.add(token);
    if (this.isClosed || this.#stale.has(token)) return undefined;
    try {
      const expected = { issuer: this.issuer, audience: this.url };
      const { payload } = await jose.jwtVerify(token, this.#keys, expected);
      return String(payload["scope"] ?? "").split(" ");
    } catch {
      return undefined;
    }
  }

  #refuse(response: ServerResponse, status: number, words: string): void {
    const metadata = `${new URL(this.url).origin}/.well-known/oauth-protected-resource/mcp`;
    response.writeHead(status, {
      "www-authenticate": `Bearer resource_metadata="${metadata}", ${words}`,
    }).end();
  }

  async #answer({ method = "", headers }: IncomingMessage, response: ServerResponse, body: string) {
    const answer = await this.#handler.fetch(
      new Request(this.url, {
        method,
        headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
        ...(body === "" ? {} : { body }),
      }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(new Uint8Array(await answer.arrayBuffer()));
  }

  #mcpServer(): McpServer {
    const server = new McpServer({ name: "guarded", version: "1.0.0" }, {
      capabilities: { tools: {} },
    });
    const inputSchema = { type: "object" as const };
    server.setRequestHandler("tools/list", () => ({
      tools: [{ name: "read", inputSchema }, { name: "write", inputSchema }],
    }));
    server.setRequestHandler("tools/call", ({ params }) => ({
      content: [{ type: "text", text: `${params.name} done` }],
    }));
    return server;
  }
}

function missingScope(
  scopes: ReadonlyMap<string, string>,
  body: string,
  granted: readonly string[],
): string | undefined {
  if (body === "") return undefined;
  const { method, params } = JSON.parse(body) as { method?: string; params?: { name?: string } };
  const needed = method === "tools/call" ? scopes.get(params?.name ?? "") : undefined;
  return needed !== undefined && !granted.includes(needed) ? needed : undefined;
}

function documentAt(place: string, document: string | undefined): Response {
  if (place !== document) return new Response("nothing here", { status: 404 });
  return Response.json({
    client_id: document,
    client_name: "Code Mode",
    application_type: "native",
    redirect_uris: ["http://127.0.0.1/callback"],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  });
}

function formAction(html: string): string {
  const action = /action="([^"]+)"/.exec(html)?.[1];
  if (action !== undefined) return action;
  throw new TypeError(`Cannot log in: ${html.replaceAll(/<[^>]+>|\s+/g, " ").slice(0, 400)}`);
}

function filledForm(html: string): URLSearchParams {
  const prompt = /name="prompt" value="([^"]+)"/.exec(html)?.[1] ?? "";
  return new URLSearchParams({ prompt, login: "ada", password: "x" });
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
