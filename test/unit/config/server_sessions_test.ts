import assert from "node:assert/strict";
import { parseConfig } from "../../../src/config/mod.ts";

const withSessions = (sessions?: unknown) =>
  parseConfig({
    mcp: {
      servers: {
        notes: {
          transport: "stdio",
          command: "notes",
          ...(sessions === undefined ? {} : { sessions }),
        },
      },
    },
  }).mcp.servers["notes"]?.sessions;

Deno.test("sessions of a server: four unless told otherwise, one at least, whole ones", () => {
  assert.deepEqual([withSessions(), withSessions(1), withSessions(9)], [4, 1, 9]);
  for (const none of [0, -1, 1.5, "many"]) {
    assert.throws(() => withSessions(none), {
      code: "CONFIG_INVALID",
      message: /mcp\.servers\.notes\.sessions/,
    });
  }
});
