/** An issuer of tokens on a port the kernel chose: metadata, keys that rotate, and bad days. */

import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createTokenKey, type TokenKey } from "./tokens.ts";

/** How the issuer answers. */
export type Mood = "well" | "down" | "silent" | "endless" | "broken" | "redirecting";

/** A running issuer. */
export interface Issuer extends AsyncDisposable {
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  /** The key that tokens are signed with; change it, or `published`, to rotate. */
  key: TokenKey;
  published: readonly TokenKey[];
  mood: Mood;
  /** Metadata is at the OpenID place only. */
  isOpenIdOnly: boolean;
  /** What metadata says instead of the truth. */
  metadata: Readonly<Record<string, unknown>>;
  /** A token for the audience `codemode`, good for five minutes; `claims` come on top. */
  token(claims?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** Starts an issuer with one key. */
export async function startIssuer(): Promise<Issuer> {
  const asked: string[] = [];
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    open.add(response);
    response.on("close", () => open.delete(response));
    asked.push(request.url ?? "");
    answer(issuer, request.url ?? "", response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const key = await createTokenKey("ES256", "first");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: Issuer = {
    url,
    asked,
    key,
    published: [key],
    mood: "well",
    isOpenIdOnly: false,
    metadata: {},
    token: (claims = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const usual = { iss: url, aud: "codemode", sub: "ada", iat: now, exp: now + 300 };
      return issuer.key.sign({ ...usual, ...claims });
    },
    [Symbol.asyncDispose]: async () => {
      for (const response of open) response.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return issuer;
}

function answer(issuer: Issuer, path: string, response: ServerResponse): void {
  const send = (body: unknown) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body));
  };
  if (issuer.mood === "silent") return;
  if (issuer.mood === "down") return void response.writeHead(503).end();
  if (issuer.mood === "broken") return void response.end("{");
  if (issuer.mood === "redirecting") {
    return void response.writeHead(302, { location: `${issuer.url}/elsewhere` }).end();
  }
  if (issuer.mood === "endless") return flood(response);
  const isMetadata = path === "/.well-known/openid-configuration" ||
    (path === "/.well-known/oauth-authorization-server" && !issuer.isOpenIdOnly);
  if (isMetadata) {
    return send({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys`, ...issuer.metadata });
  }
  if (path === "/keys" || path === "/elsewhere") {
    return send({ keys: issuer.published.map(({ jwk }) => jwk) });
  }
  response.writeHead(404).end();
}

/** As much as anybody reads. */
function flood(response: ServerResponse): void {
  const chunk = " ".repeat(65_536);
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
}
