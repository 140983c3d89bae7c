/**
 * Takes away what a program has no business with. The process and its permissions are the wall; this
 * removes doors that need no permission (nested workers, storage that outlives the run, prompts) and
 * keeps programs to what their declarations say.
 */

/** Names removed from the global scope. */
// SAFETY: localStorage, sessionStorage and caches write to disk without a permission; Worker makes
// threads that outlive what the run accounts for (test/escape: storage-*, nested-worker).
export const SEALED_NAMES: readonly string[] = Object.freeze([
  "Deno",
  "process",
  "global",
  "Worker",
  "SharedWorker",
  "localStorage",
  "sessionStorage",
  "Storage",
  "StorageEvent",
  "caches",
  "CacheStorage",
  "Cache",
  "BroadcastChannel",
  "alert",
  "confirm",
  "prompt",
  "close",
  "closed",
  "addEventListener",
  "removeEventListener",
  "dispatchEvent",
  "onbeforeunload",
  "onerror",
  "onload",
  "onunhandledrejection",
  "onunload",
  "__bootstrap",
  "nodeBootstrap",
  // SAFETY: what only a worker has: a way to the host around the door, and where our file lies
  // (test/escape: worker-post-message, worker-location).
  "postMessage",
  "onmessage",
  "onmessageerror",
  "importScripts",
  "name",
  "location",
]);

/** Removes each sealed name; one that cannot be deleted becomes `undefined`. */
export function sealGlobals(scope: object): void {
  for (const name of SEALED_NAMES) seal(scope, name);
  const navigator = (scope as { navigator?: object }).navigator;
  if (navigator !== undefined) seal(Object.getPrototypeOf(navigator) as object, "gpu");
}

function seal(owner: object, name: string): void {
  if (!Object.hasOwn(owner, name)) return;
  if (Reflect.deleteProperty(owner, name)) return;
  Reflect.defineProperty(owner, name, { value: undefined });
}
