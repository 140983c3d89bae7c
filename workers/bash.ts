/**
 * The guest side of the `bash` engine in a process: takes the channel, seals the scope, loads the
 * shell and serves. The same file gives a checker its parser, so that what is checked is
 * read by the very parser that reads what runs.
 */

import type { ParseBash } from "../src/protocol/bash_source.ts";
import { exitWhenOrphaned } from "./guest/orphan.ts";
import { sealGlobals } from "./guest/seal.ts";

/** Set by a checker before it loads this file: it wants the parser and nothing else. */
const { takeBashParser } = globalThis as { takeBashParser?: (parse: ParseBash) => void };

if (takeBashParser === undefined) {
  const { stdin, stdout, args } = Deno;
  const channel = {
    read: (buffer: Uint8Array) => stdin.read(buffer),
    writeSync: (bytes: Uint8Array) => stdout.writeSync(bytes),
  };
  exitWhenOrphaned(globalThis, Deno);
  sealGlobals(globalThis);
  // The shell's packages look at the process when they load; by now there is none to look at.
  void import("./bash/serve.ts").then(({ serveBash }) => serveBash(channel, args));
} else {
  void import("./bash/parse.ts").then(({ createBashParser }) => takeBashParser(createBashParser()));
}
