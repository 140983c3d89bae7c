/**
 * JSON text to a JSON-RPC message, by its outline alone: the client checks the body of every message
 * against its schema anyway, and a second full check costs a fifth of a short call.
 */

import type { JSONRPCMessage } from "@modelcontextprotocol/client";

/** The message that `text` holds, or `undefined` when it is not one. */
export function readMessage(text: string): JSONRPCMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isMessage(value) ? value as JSONRPCMessage : undefined;
}

function isMessage(value: unknown): boolean {
  if (!isObject(value) || value["jsonrpc"] !== "2.0") return false;
  const { id, method, params, result, error } = value;
  if (id !== undefined && typeof id !== "string" && !Number.isInteger(id)) return false;
  if (typeof method === "string") return params === undefined || isObject(params);
  if (result !== undefined) return id !== undefined && isObject(result);
  return isObject(error) && Number.isInteger(error["code"]) && typeof error["message"] === "string";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
