/** The program: `deno run -A src/main.ts COMMAND`. */

import process from "node:process";
import { processOutput, runCli } from "./cli/mod.ts";

process.exitCode = await runCli(process.argv.slice(2), processOutput, process.env);
