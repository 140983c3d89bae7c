/** Whose fault a failure was, as an exit code. */

import assert from "node:assert/strict";
import { CodemodeError, type ErrorCode } from "../../../src/base/errors.ts";
import { exitCodeOf } from "../../../src/cli/exit_code.ts";

Deno.test("exit codes: the program's, the caller's, a server's, ours", () => {
  const codes: readonly (readonly [ErrorCode, number, number])[] = [
    ["TOOL_NOT_FOUND", 1, 2],
    ["TOOL_INPUT_INVALID", 1, 2],
    ["INVALID_REQUEST", 2, 2],
    ["MCP_SERVER_UNAVAILABLE", 3, 3],
    ["INTERNAL", 4, 4],
  ];
  for (const [code, withProgram, without] of codes) {
    const error = new CodemodeError(code, "no");
    assert.deepEqual(
      [exitCodeOf(error), exitCodeOf(error, { hasProgram: false })],
      [withProgram, without],
      code,
    );
  }
});
