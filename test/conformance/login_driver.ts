/**
 * Logins of the client that the conformance suite tests: whatever fails for the want of one is done
 * again after it. The suite's authorization server sends back at once, so the browser is one request.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodemodeError } from "../../src/base/errors.ts";
import type { LogEntry } from "../../src/base/log.ts";
import { Secret } from "../../src/base/secret.ts";
import type { McpServerConfig, OAuthConfig } from "../../src/config/mod.ts";
import { createTokenStore, logIn, type McpManager, type TokenStore } from "../../src/mcp/mod.ts";

/** Where the suite says that a client of its kind describes itself. */
const CLIENT_METADATA = "https://conformance-test.local/client-metadata.json";

/** Logins for all that one scenario does; the suite takes more for a client that never gives up. */
const MAX_LOGINS = 3;

/** What the suite tells of a scenario with a client that is known beforehand. */
export interface ClientContext {
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly issuer?: string;
}

/** Somebody who logs in when asked to. */
export interface LoginDriver extends AsyncDisposable {
  readonly store: TokenStore;
  /** Is shown what the manager logs. */
  note(entry: LogEntry): void;
  /** Does it, logging in when it wants that. */
  attempt<T>(manager: McpManager, action: () => Promise<T>): Promise<T>;
}

/** The configuration of a login for a scenario. */
export function loginConfig(scenario: string, context: ClientContext): OAuthConfig {
  const { client_id: clientId, client_secret: secret, issuer } = context;
  const isMachine = scenario.startsWith("auth/client-credentials");
  return {
    type: "oauth",
    grant: isMachine ? "client_credentials" : "authorization_code",
    clientMetadataUrl: CLIENT_METADATA,
    scopes: [],
    redirectPort: 0,
    ...(clientId === undefined ? {} : { clientId }),
    ...(secret === undefined ? {} : { clientSecret: new Secret(secret) }),
    ...(issuer === undefined ? {} : { issuer }),
  };
}

/** A driver of logins to `server`, which forgets them when disposed. */
export async function createLoginDriver(
  server: string,
  config: McpServerConfig,
  signal: AbortSignal,
): Promise<LoginDriver> {
  const directory = await mkdtemp(join(tmpdir(), "codemode-conformance-"));
  const store = createTokenStore({ directory });
  let logins = 0;
  let connects = 0;
  const note = ({ fields }: LogEntry) => connects += fields["to"] === "connecting" ? 1 : 0;
  const attempt = async <T>(manager: McpManager, action: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await action();
      } catch (error) {
        const isWanted = error instanceof CodemodeError && error.code === "LOGIN_REQUIRED";
        if (!isWanted || ++logins > MAX_LOGINS) throw error;
        await logIn(server, config, { store, signal, onUrl: (url) => void browse(url) });
        await untilBack(manager, () => connects, signal);
      }
    }
  };
  const remove = () => rm(directory, { recursive: true });
  return { store, note: (entry) => void note(entry), attempt, [Symbol.asyncDispose]: remove };
}

async function browse(url: URL): Promise<void> {
  const response = await fetch(url);
  await response.body?.cancel();
}

/** A connection that waits for a login looks for one every second; others go on at once. */
async function untilBack(
  manager: McpManager,
  connects: () => number,
  signal: AbortSignal,
): Promise<void> {
  const before = connects();
  while (manager.status()[0]?.state === "loginRequired" && connects() === before) {
    signal.throwIfAborted();
    await new Promise((next) => setTimeout(next, 20));
  }
  await Promise.all(manager.status().map(({ name }) => manager.tried(name, signal)));
}
