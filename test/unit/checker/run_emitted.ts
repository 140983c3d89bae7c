/** Evaluates emitted code as a sandbox does: the wrapper on one line, the body from the next. */

import { CodeChecker } from "../../../src/checker/check_code.ts";
import type { CheckerRequest, CheckResult } from "../../../src/checker/mod.ts";

export const DECLARATIONS = `
declare const mcp: {
  readonly memory: {
    search_nodes(input: { query: string; limit?: number }): Promise<{ name: string; kind?: string }[]>;
    create_entities(input: { entities: { name: string; order?: "asc" | "desc" }[] }): Promise<void>;
  };
  readonly files: { read_file(input: { path: string }): Promise<string> };
};
declare const memory: typeof mcp.memory;
`;

export function requestFor(code: string, changes: Partial<CheckerRequest> = {}): CheckerRequest {
  return {
    code,
    language: "typescript",
    declarations: { text: DECLARATIONS, hash: "fixture" },
    ambient: { runtime: "deno", network: false },
    mode: "error",
    ...changes,
  };
}

/** Checks with a checker that all tests of a file share, for its warm projects. */
export function createCheck(): (code: string, changes?: Partial<CheckerRequest>) => CheckResult {
  const checker = new CodeChecker({ deadlineMs: 60_000 });
  return (code, changes) => checker.check(requestFor(code, changes));
}

export function runEmitted(
  code: string,
  globals: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const wrapped =
    `(async function(${Object.keys(globals).join(", ")}) { "use strict";\n${code}\n})\n` +
    "//# sourceURL=guest.ts";
  const evaluate = globalThis.eval;
  return evaluate(wrapped)(...Object.values(globals));
}
