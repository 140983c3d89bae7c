/** A thrown thing in one line, for people. */

import type { WireError } from "./frames.ts";
import { toPlainJson } from "./plain_json.ts";

/** Characters shown of a thrown value. */
const MAX_VALUE = 200;

/** The error's message, else its name; a value that is no error is shown as JSON. */
export function errorText({ name, message, value }: WireError): string {
  if (value === undefined) return message === "" ? name : message;
  const { json } = toPlainJson(value);
  const text = typeof json === "string" ? json : JSON.stringify(json) ?? "undefined";
  return `Thrown: ${text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE)}…`}`;
}
