/** Which call of a tool a program ended with, as far as the error it threw says so. */

import { ERROR_CODES } from "../base/errors.ts";
import type { WireError } from "../protocol/frames.ts";
import { toPlainJson } from "../protocol/values.ts";

/** The call, and the code it failed with. */
export interface FailedCall {
  readonly code: string;
  readonly server: string;
  readonly tool: string;
}

/** Longest name that is repeated; a guest can write into an error what it likes. */
const MAX_NAME = 256;

/** The failed call of an error that a tool's caller throws; undefined for all others. */
export function failedCallOf({ name, properties }: WireError): FailedCall | undefined {
  if (name !== "McpToolError" || properties === undefined) return undefined;
  const { code, server, tool } = Object(toPlainJson(properties).json) as {
    readonly [member: string]: unknown;
  };
  if (typeof code !== "string" || !Object.hasOwn(ERROR_CODES, code)) return undefined;
  return isName(server) && isName(tool) ? { code, server, tool } : undefined;
}

/** The call in front of what went wrong with it. */
export function failedCallText(call: FailedCall | undefined, text: string): string {
  return call === undefined ? text : `${call.code} of ${call.server}.${call.tool}: ${text}`;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_NAME;
}
