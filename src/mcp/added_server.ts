/** Servers that come and go while others run. */

import type { Network } from "../base/network.ts";

/** How a server is added. */
export interface AddServerOptions {
  /** What it and the hosts of its login are reached by alone; then it cannot be a command. */
  readonly network?: Network | undefined;
  /** The caller who adds it, whose its logins are. @default the operator */
  readonly addedBy?: string | undefined;
}

/**
 * A server that is no longer the manager's. Disposing it ends its session and its calls; a login of one
 * that a caller added is forgotten then.
 */
export interface RemovedServer extends AsyncDisposable {
  /** Resolves once no call goes on, with false when the signal aborts first. */
  drained(signal: AbortSignal): Promise<boolean>;
}
