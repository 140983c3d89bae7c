/** The program `codemode COMMAND`, in Deno and, as the npm package's command, in Node. */

import process from "node:process";
import { processOutput, runCli } from "./cli/mod.ts";

process.exitCode = await runCli(process.argv.slice(2), processOutput, process.env);
