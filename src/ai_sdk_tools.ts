/** Tools of the AI SDK as a server. */

import { newId } from "./base/ids.ts";
import type { NativeTool } from "./catalog/mod.ts";
import { readForeignSchema } from "./foreign_schema.ts";
import { lastOf } from "./framework/mod.ts";
import { assertNamed, isRecord } from "./tool_faults.ts";
import { nativeSet, type ToolSet, type ToolSetOptions } from "./tool_set.ts";

/** A tool as the AI SDK has it; told by its shape. */
export interface AiSdkTool {
  /** A text, or a function of the context, which is empty here. */
  readonly description?: string | ((options: never) => string) | undefined;
  readonly title?: string | undefined;
  readonly inputSchema: unknown;
  readonly outputSchema?: unknown;
  readonly execute?: ((input: never, options: never) => unknown) | undefined;
  readonly needsApproval?:
    | boolean
    | ((input: never, options: never) => boolean | PromiseLike<boolean>)
    | undefined;
}

type Execute = (input: unknown, options: Readonly<Record<string, unknown>>) => unknown;

/**
 * A tool set of the AI SDK. `needsApproval` asks the approver of `createCodemode`, and without one the
 * call is `APPROVAL_REQUIRED`. Of a result that streams, the last value counts; `toModelOutput` is not
 * used, because a program and not a model reads the result. A tool without `execute` is a TypeError.
 *
 * @example
 * ```ts ignore
 * await createCodemode({ tools: { weather: aiSdk({ forecast: tool({ … }) }) } });
 * ```
 */
export function aiSdk(
  tools: Readonly<Record<string, AiSdkTool>>,
  options: ToolSetOptions = {},
): ToolSet {
  assertNamed("Cannot use tools of the AI SDK", tools);
  for (const [name, one] of Object.entries(tools)) {
    if (!isRecord(one) || typeof one.execute !== "function") {
      throw new TypeError(`Cannot use the AI SDK tool "${name}": it has no execute`);
    }
  }
  return nativeSet(options.description, async () => {
    const loaded = Object.entries(tools).map(async ([name, one]) =>
      [name, await toNative(name, one)] as const
    );
    return Object.fromEntries(await Promise.all(loaded));
  });
}

async function toNative(name: string, given: AiSdkTool): Promise<NativeTool> {
  const { title, outputSchema, needsApproval } = given;
  const input = await readForeignSchema(given.inputSchema, name);
  const output = outputSchema === undefined
    ? undefined
    : await readForeignSchema(outputSchema, name, "output");
  const execute = given.execute as Execute;
  return {
    description: describe(given),
    inputSchema: input.jsonSchema,
    ...(output === undefined ? {} : { outputSchema: output.jsonSchema }),
    ...(title === undefined ? {} : { annotations: { title } }),
    ...(needsApproval === undefined || needsApproval === false
      ? {}
      : { needsApproval: approvalOf(needsApproval, input.parse) }),
    async execute(value, { signal }) {
      const options = { ...callOptions(), abortSignal: signal };
      return await lastOf(await execute.call(given, await input.parse(value), options), signal);
    },
  };
}

function describe({ description }: AiSdkTool): string {
  if (typeof description !== "function") return description ?? "";
  const describing = description as (options: unknown) => string;
  return describing({ context: {} });
}

function approvalOf(
  needed: Exclude<AiSdkTool["needsApproval"], undefined>,
  parse: (value: unknown) => Promise<unknown>,
): NonNullable<NativeTool["needsApproval"]> {
  if (typeof needed !== "function") return () => true;
  const ask = needed as (input: unknown, options: unknown) => boolean | PromiseLike<boolean>;
  return async (value) => await ask(await parse(value), callOptions());
}

/** There is no conversation: a program calls. */
function callOptions(): Readonly<Record<string, unknown>> {
  return { toolCallId: newId("call"), messages: [], context: undefined };
}
