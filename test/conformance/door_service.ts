/** The service that the suite's server part is pointed at: our door, with one server shown as it is. */

import { realpathSync } from "node:fs";
import { startService } from "../harness/start_service.ts";

const SHOWN = realpathSync(new URL("shown_server.ts", import.meta.url));

/** Starts it and waits until the shown server is there. */
export async function startDoor(): Promise<{ readonly url: string } & AsyncDisposable> {
  const service = await startService({
    config: JSON.stringify({
      server: { port: 0, mcp: { passThrough: ["shown"], taskAfter: "500ms" } },
      sandbox: { workers: { min: 1, max: 2 } },
      mcp: {
        servers: {
          shown: { transport: "stdio", command: "deno", args: ["run", "-A", "--no-check", SHOWN] },
        },
      },
      logging: { level: "info", format: "json", outputs: [{ type: "console" }] },
    }),
  });
  await (await service.request("/api/v1/tools")).json();
  return {
    url: `${service.url}/mcp`,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}
