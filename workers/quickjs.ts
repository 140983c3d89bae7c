/**
 * The guest side of the `quickjs` engine: a process without any permission that hosts many programs,
 * each in a VM of its own. Programs never run in this realm. Bundled with the engine in it by
 * `scripts/build_guest.ts`.
 */

import { PROTOCOL_VERSION } from "../src/protocol/frames.ts";
import { LineSplitter } from "../src/protocol/lines.ts";
import { Engine, type EngineAssets } from "./quickjs/engine.ts";
import { Hosting } from "./quickjs/hosting.ts";
import { fromImage, type MemoryImage } from "./quickjs/image.ts";

/** What the build puts around this file. */
declare const SANDBOX_ASSETS: EngineAssets & { readonly image: MemoryImage };

/** A global of Deno that its types do not name; a script can import nothing. */
const { process } = globalThis as unknown as {
  process: { cpuUsage(): { readonly user: number; readonly system: number } };
};
const encoder = new TextEncoder();

function writeText(text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function serve(): Promise<void> {
  const { image } = SANDBOX_ASSETS;
  const memoryBytes = Number(Deno.args[0]);
  const engine = new Engine(SANDBOX_ASSETS, image.libraries);
  const hosting = new Hosting(engine, fromImage(image), { memoryBytes, cpuTime, writeText });
  const lines = new LineSplitter(Infinity);
  const buffer = new Uint8Array(65_536);
  writeText(`{"type":"ready","version":${PROTOCOL_VERSION}}\n`);
  hosting.warmUp();
  for (;;) {
    const bytes = await Deno.stdin.read(buffer);
    if (bytes === null) return;
    const whole: string[] = [];
    lines.push(buffer.subarray(0, bytes), (line) => void whole.push(line));
    hosting.takeAll(whole);
  }
}

await serve();
