/**
 * What a program's `fetch` gets for each URL of the command line: `deno run -A fetch_as_program.ts URL…`.
 * A process of its own, because whom it trusts is read from `NODE_EXTRA_CA_CERTS` when it starts. Every name in
 * the world is this machine.
 */

import { createAccess } from "../../src/access/mod.ts";
import { systemClock } from "../../src/base/clock.ts";
import { encodeValue } from "../../src/protocol/values.ts";

const hosts = Deno.args.map((url) => new URL(url)).flatMap((
  { host, port },
) => [host, `127.0.0.1:${port}`]);
const grant = { network: { allowedHosts: hosts } };
const access = createAccess({
  grant,
  callerGrant: grant,
  directory: "/",
  clock: systemClock,
  audit: { record() {} },
  executionId: "exec_1",
  principal: "ada",
  credentials: [],
  environment: {},
  resolve: () => Promise.resolve(["127.0.0.1"]),
});

for (const url of Deno.args) {
  const request = { url, method: "GET", headers: [], body: null, redirect: "follow" };
  const args = [encodeValue(request).wire];
  const frame = { type: "call", id: 1, namespace: "@network", tool: "fetch", args } as const;
  const text = await access.call(frame, new AbortController().signal).then(
    (reply) => new TextDecoder().decode((reply as { body: Uint8Array }).body),
    (error) => `${error.code}: ${error.message}`,
  );
  console.log(text);
}
