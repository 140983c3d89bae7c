/**
 * The lint plugin `house`: what the floor plan and the craft rules demand, as rules that fail the
 * gate. `floor_plan.json` is the data; each rule file turns one kind of line into a message.
 */

import { imports } from "./imports.ts";
import { words } from "./words.ts";
import { modules } from "./modules.ts";
import { files } from "./files.ts";
import { tests } from "./tests.ts";

/** The plugin that `deno.json` names; Deno demands the default export. */
const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: { imports, ...words, ...modules, ...files, ...tests },
};

export default plugin;
