/** Functions of the embedding program as tools. */

import { createDeferred } from "../base/deferred.ts";
import { CodemodeError } from "../base/errors.ts";
import type {
  JsonSchema,
  Question,
  QuestionAnswer,
  Tool,
  ToolAnnotations,
  ToolGroup,
} from "../contract/mod.ts";
import type { CallProgress, ToolAnswer, ToolCallOptions, ToolSource } from "./source.ts";

/** What a native tool is told besides its input, and whom it can ask. */
export interface NativeToolOptions {
  readonly signal: AbortSignal;
  /** Puts a question to whoever called; absent when nobody can be asked. */
  readonly ask?: (question: Omit<Question, "server" | "tool">) => Promise<QuestionAnswer>;
  /** Tells whoever watches how far it is. */
  readonly progress?: (progress: CallProgress) => void;
}

/** A tool that runs in the host. `execute` is trusted; what it gets has passed `inputSchema`. */
export interface NativeTool {
  readonly description?: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  readonly printed?: { readonly input?: string; readonly output?: string };
  readonly annotations?: ToolAnnotations;
  /** Whether somebody must approve a call; asked with valid input, and a throw means yes. @default no */
  needsApproval?(
    input: Readonly<Record<string, unknown>>,
    options: { readonly signal: AbortSignal },
  ): boolean | Promise<boolean>;
  execute(
    input: Readonly<Record<string, unknown>>,
    options: NativeToolOptions,
  ): unknown;
}

/** A source with one server, `name`, that has `tools`. What a tool throws is a `MCP_TOOL_ERROR`. */
export function createNativeSource(
  name: string,
  description: string,
  tools: Readonly<Record<string, NativeTool>>,
): ToolSource {
  const byName = new Map(Object.entries(tools));
  const listed = [...byName].map(([tool, native]) => toTool(name, tool, native));
  const group: ToolGroup = Object.freeze({
    server: name,
    description,
    tools: Object.freeze(listed),
  });
  const groups = Object.freeze([group]);
  return {
    name: `native:${name}`,
    groups: () => groups,
    has: (server) => server === name,
    onChange: () => ({ [Symbol.dispose]: () => {} }),
    async needsApproval(_server, tool, input, signal) {
      const native = byName.get(tool);
      // SAFETY: exactly false lets a call pass unasked; whoever answers is code of others.
      return native?.needsApproval !== undefined &&
        await native.needsApproval(input, { signal }) !== false;
    },
    async call(server, tool, input, options) {
      const native = byName.get(tool);
      if (server !== name || !native) {
        throw new CodemodeError("TOOL_NOT_FOUND", `The server "${server}" has no tool "${tool}"`, {
          details: { server, tool },
        });
      }
      return await run(native, { server, tool }, input, options);
    },
  };
}

async function run(
  native: NativeTool,
  where: { readonly server: string; readonly tool: string },
  input: Readonly<Record<string, unknown>>,
  options: ToolCallOptions,
): Promise<ToolAnswer> {
  const { signal, timeoutMs } = options;
  const limit = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const both = limit ? AbortSignal.any([signal, limit]) : signal;
  const ended = createDeferred<never>();
  const onAbort = () => ended.reject(interrupted(where, limit?.aborted === true));
  if (both.aborted) onAbort();
  both.addEventListener("abort", onAbort, { once: true });
  try {
    const running = Promise.resolve().then(() => {
      both.throwIfAborted();
      return native.execute(input, { signal: both, ...heard(where, options) });
    });
    return { value: await Promise.race([running, ended.promise]), isStructured: true };
  } catch (error) {
    throw asFailure(where, error);
  } finally {
    both.removeEventListener("abort", onAbort);
  }
}

function heard(
  where: { readonly server: string; readonly tool: string },
  { ask, onProgress }: ToolCallOptions,
): Omit<NativeToolOptions, "signal"> {
  return {
    ...(ask === undefined ? {} : { ask: (question) => ask({ ...question, ...where }) }),
    ...(onProgress === undefined ? {} : { progress: onProgress }),
  };
}

function interrupted(
  { server, tool }: { readonly server: string; readonly tool: string },
  timedOut: boolean,
): CodemodeError {
  const details = { server, tool, mayHaveTakenEffect: true };
  return timedOut
    ? new CodemodeError("TOOL_TIMEOUT", `The call of "${tool}" on "${server}" took too long`, {
      details,
    })
    : new CodemodeError("CANCELLED", `The call of "${tool}" was cancelled`, { details });
}

/** Whatever was thrown, also what throws when it is looked at. */
function asFailure(
  where: { readonly server: string; readonly tool: string },
  thrown: unknown,
): CodemodeError {
  try {
    if (thrown instanceof CodemodeError) return thrown;
    const message = thrown instanceof Error ? String(thrown.message) : String(thrown);
    return failed(where, message, thrown);
  } catch {
    return failed(where, "The tool threw something that cannot be read");
  }
}

function failed(
  where: { readonly server: string; readonly tool: string },
  message: string,
  cause?: unknown,
): CodemodeError {
  return new CodemodeError("MCP_TOOL_ERROR", message, { details: { ...where, message }, cause });
}

function toTool(server: string, name: string, native: NativeTool): Tool {
  const { description = "", inputSchema, outputSchema, printed, annotations } = native;
  return Object.freeze({
    server,
    name,
    description,
    inputSchema,
    ...(outputSchema === undefined ? {} : { outputSchema }),
    ...(printed === undefined ? {} : { printed }),
    ...(annotations === undefined ? {} : { annotations }),
    source: "native",
  });
}
