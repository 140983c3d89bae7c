/** Where the bundled guest sides are that processes run. */

import { fileURLToPath } from "node:url";

/** The path of an engine's guest side, in `workers/built` beside `src`. */
export function builtGuest(engine: "bash" | "deno" | "monty" | "python" | "quickjs"): string {
  return fileURLToPath(new URL(`../../workers/built/${engine}.js`, import.meta.url));
}
