/** What a source of tools is told of the execution whose calls it serves. */

import assert from "node:assert/strict";
import { createApp } from "../../../src/app.ts";
import { silentLogger } from "../../../src/base/log.ts";
import type { ToolCallOptions, ToolSource } from "../../../src/catalog/mod.ts";
import { CodemodeClient } from "../../../src/client/mod.ts";
import { parseConfig } from "../../../src/config/mod.ts";

Deno.test("calls of one execution say which it is, and hear when it makes no more", async () => {
  const seen: ToolCallOptions[] = [];
  const source: ToolSource = {
    name: "test",
    groups: () => [{
      server: "tools",
      description: "",
      tools: [{
        source: "native",
        server: "tools",
        name: "read",
        description: "",
        inputSchema: {},
      }],
    }],
    has: (server) => server === "tools",
    onChange: () => ({ [Symbol.dispose]() {} }),
    call(_server, _tool, _input, options) {
      seen.push(options);
      return Promise.resolve({ value: options.executionEnded?.aborted, isStructured: false });
    },
  };
  const config = parseConfig({
    server: { port: 0 },
    sandbox: { workers: { min: 1, max: 1 } },
    security: { capabilities: { mcp: { allowedServers: ["tools"] } } },
  });
  await using app = createApp(config, { logger: silentLogger, sources: [source] });
  await using server = await app.listen();
  const { success, result } = await new CodemodeClient(server.url).execute(
    "return [await tools.read({}), await tools.read({})]",
  );
  assert.deepEqual([success, result], [true, [false, false]]);
  const [first, second] = seen;
  assert.match(String(first?.execution), /^exec_/);
  assert.equal(first?.execution, second?.execution);
  assert.equal(first?.executionEnded?.aborted, true);
  await app.close(AbortSignal.abort());
});
