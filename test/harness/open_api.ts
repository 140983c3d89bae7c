/** One HTTP API under test: its document, its configuration, and what becomes of calls. */

import assert from "node:assert/strict";
import { systemClock } from "../../src/base/clock.ts";
import { CodemodeError } from "../../src/base/errors.ts";
import { createLogger, type LogEntry } from "../../src/base/log.ts";
import { parseConfig } from "../../src/config/mod.ts";
import { type OpenApi, openOpenApi } from "../../src/openapi/mod.ts";

/** An opened API with its log. */
export interface TestApi extends AsyncDisposable {
  readonly api: OpenApi;
  readonly log: readonly LogEntry[];
  call(tool: string, input?: Record<string, unknown>): Promise<unknown>;
  /** The failure of a call: its code, message and details. */
  failure(tool: string, input?: Record<string, unknown>): Promise<CodemodeError>;
}

const NEVER = new AbortController().signal;

/** Opens an API as the configuration's `openapi.api` would, and waits for its document. */
export async function openTestApi(options: Record<string, unknown>): Promise<TestApi> {
  const log: LogEntry[] = [];
  const logger = createLogger([{ write: (entry) => void log.push(entry) }], "debug");
  const config = parseConfig({ openapi: { api: options } }).openapi["api"];
  assert.ok(config);
  const api = openOpenApi("api", config, { logger, clock: systemClock });
  await api.tried(NEVER);
  const call = async (tool: string, input: Record<string, unknown> = {}) =>
    (await api.call(tool, input, { signal: NEVER })).value;
  return {
    api,
    log,
    call,
    async failure(tool, input) {
      const [result] = await Promise.allSettled([call(tool, input)]);
      assert.ok(result.status === "rejected", "it should have failed");
      assert.ok(result.reason instanceof CodemodeError, String(result.reason));
      return result.reason;
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}
