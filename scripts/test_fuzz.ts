/**
 * The properties alone: `deno task test:fuzz [--seed N] [--times N] [--path P] [--filter text]`. With
 * `--times` they look at that many times more values and may take as long; nothing ends them.
 */

import process from "node:process";
import { GROUPS } from "./testing/groups.ts";
import { type FuzzOptions, parseFuzzOptions } from "./testing/fuzz_options.ts";

async function main({ env, filter }: FuzzOptions): Promise<number> {
  const { folder, permissions } = GROUPS.find(({ name }) => name === "fuzz")!;
  const { code } = await new Deno.Command(process.execPath, {
    args: [
      ...["test", "--frozen", "--no-prompt", "--sanitize-ops", "--sanitize-resources"],
      ...permissions,
      "--parallel",
      ...(filter === undefined ? [] : [`--filter=${filter}`]),
      folder,
    ],
    stdin: "null",
    env: { ...env },
  }).spawn().status;
  return code;
}

try {
  Deno.exit(await main(parseFuzzOptions(Deno.args)));
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(error.message);
  Deno.exit(2);
}
