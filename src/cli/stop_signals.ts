/** The signals that end what runs until it is told to stop. */

import process from "node:process";
import { createDeferred } from "../base/deferred.ts";

/** What was heard. */
export interface StopSignals extends Disposable {
  /** The first signal. */
  readonly first: Promise<string>;
  /** Aborts at the second one: whoever stops a service twice does not want to wait. */
  readonly again: AbortSignal;
}

/**
 * Takes the signals that end a service, for as long as it ends: left to themselves they would end it
 * at once, and leave its sandboxes and servers behind. With `reload`, SIGHUP reads the configuration
 * again, unless the service is somebody's on a terminal, which has gone then.
 */
export function listenForSignals(reload?: () => void): StopSignals {
  const { promise: first, resolve } = createDeferred<string>();
  const hurry = new AbortController();
  let count = 0;
  const names: NodeJS.Signals[] = ["SIGINT", "SIGTERM"];
  if (process.platform !== "win32") names.push("SIGHUP");
  const listeners = names.map((name) => {
    const listener = () => {
      const isReload = name === "SIGHUP" && count === 0 && !process.stdin.isTTY;
      if (reload !== undefined && isReload) return reload();
      count += 1;
      if (count === 1) resolve(name);
      else hurry.abort();
    };
    process.on(name, listener);
    return () => void process.off(name, listener);
  });
  const stop = () => listeners.forEach((remove) => remove());
  return { first, again: hurry.signal, [Symbol.dispose]: stop };
}
