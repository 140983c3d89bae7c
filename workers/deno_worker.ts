/**
 * The guest side of the `deno` engine in a Web Worker: like `deno.ts`, over messages. A worker has no
 * flags of its own, so what those close for a process is closed here.
 */

import { sealGlobals } from "./guest/seal.ts";
import { serve } from "./guest/serve.ts";
import {
  assertNoPermissions,
  closeSharedStores,
  fixFunctions,
  type ModuleSource,
  shutImports,
} from "./guest/worker_guards.ts";
import { watchGlobals } from "./guest/watch.ts";
import { openWorkerDoor, type WorkerScope } from "./guest/worker_door.ts";

// The types are those of a page; in a worker the scope has these.
const door = openWorkerDoor(globalThis as unknown as WorkerScope);
const watch = watchGlobals(globalThis);
assertNoPermissions(Deno.permissions);
// A global of Deno that its types do not name.
shutImports((globalThis as unknown as { process: ModuleSource }).process);
fixFunctions(Function.prototype);
closeSharedStores(globalThis);
sealGlobals(globalThis);
serve(door, watch, globalThis);
