/**
 * Frames as JSON text, put together from parts, because `JSON.stringify` of a whole frame would call a
 * `toJSON` that a program has given to a prototype. Values come from `encodeValue`, which is immune.
 */

import type { GuestLogLevel, WireError, WirePlace, WireValue } from "../../src/protocol/frames.ts";
import { keysOf, stringifyJson } from "../../src/protocol/primordials.ts";

const quote = stringifyJson as (text: string | number) => string;

/** A `log` frame. */
export function printLog(level: GuestLogLevel, text: string): string {
  return `{"type":"log","level":"${level}","text":${quote(text)}}`;
}

/** The call a program made. */
export interface PrintedCall {
  readonly id: number;
  readonly namespace: string;
  readonly tool: string;
  /** JSON of the arguments, separated by commas. */
  readonly args: string;
}

/** A `call` frame. */
export function printCall(call: PrintedCall): string {
  const name = `"namespace":${quote(call.namespace)},"tool":${quote(call.tool)}`;
  return `{"type":"call","id":${call.id},${name},"args":[${call.args}]}`;
}

/** A `final` frame of a program that returned. */
export function printResult(value: WireValue, notes: readonly string[]): string {
  let printed = "";
  for (let index = 0; index < notes.length; index += 1) {
    printed += `${index > 0 ? "," : ""}${quote(notes[index]!)}`;
  }
  return `{"type":"final","ok":true,"value":${printValue(value)},"notes":[${printed}]}`;
}

/** A `final` frame of a program that threw. */
export function printFailure(error: WireError): string {
  return `{"type":"final","ok":false,"error":${printError(error)}}`;
}

/** JSON of an encoded value. */
export function printValue(value: WireValue): string {
  return stringifyJson(value);
}

function printError(error: WireError): string {
  let text = `{"name":${quote(error.name)},"message":${quote(error.message)}`;
  if (error.stack !== undefined) text += `,"stack":${quote(error.stack)}`;
  if (error.place !== undefined) text += `,"place":${printPlace(error.place)}`;
  if (error.value !== undefined) text += `,"value":${printValue(error.value)}`;
  if (error.cause !== undefined) text += `,"cause":${printError(error.cause)}`;
  if (error.properties !== undefined) text += `,"properties":${printProperties(error.properties)}`;
  return `${text}}`;
}

function printPlace({ line, column }: WirePlace): string {
  return column === undefined ? `{"line":${line}}` : `{"line":${line},"column":${column}}`;
}

function printProperties(properties: { readonly [key: string]: WireValue }): string {
  const keys = keysOf(properties);
  let text = "";
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index]!;
    text += `${index > 0 ? "," : ""}${quote(key)}:${printValue(properties[key]!)}`;
  }
  return `{${text}}`;
}
