import assert from "node:assert/strict";
import { createMcpManager } from "../../../src/mcp/mod.ts";
import { silentLogger } from "../../../src/base/log.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { parseConfig } from "../../../src/config/mod.ts";

Deno.test("a Deno server configured without permissions gets none", async () => {
  const folder = await Deno.makeTempDir();
  const proof = `${folder}/proof`;
  await Deno.writeTextFile(
    `${folder}/server.ts`,
    `Deno.writeTextFileSync(${JSON.stringify(proof)}, "written");`,
  );
  const config = parseConfig({
    mcp: {
      servers: {
        sly: { transport: "stdio", command: "deno", args: ["run", "--no-prompt", "server.ts"] },
      },
    },
  });
  await using manager = createMcpManager(config.mcp.servers, {
    logger: silentLogger,
    clock: systemClock,
    directory: folder,
  });
  await manager.tried("sly");
  await assert.rejects(Deno.stat(proof), Deno.errors.NotFound);
  await Deno.remove(folder, { recursive: true });
});
