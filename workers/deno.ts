/**
 * The guest side of the `deno` engine in a process: takes what it needs from the global scope, seals
 * the scope, says `ready` and serves one program over stdin and stdout. Bundled to one plain file by
 * `scripts/build_guest.ts`, because a sandbox starts only as fast as its first file loads.
 */

import { exitWhenOrphaned } from "./guest/orphan.ts";
import { sealGlobals } from "./guest/seal.ts";
import { serve } from "./guest/serve.ts";
import { openStdioDoor } from "./guest/stdio_door.ts";
import { watchGlobals } from "./guest/watch.ts";

const door = openStdioDoor(Deno.stdin, Deno.stdout);
const watch = watchGlobals(globalThis);
exitWhenOrphaned(globalThis, Deno);
sealGlobals(globalThis);
serve(door, watch, globalThis);
