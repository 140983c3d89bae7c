/** What must hold of a header that an operator has added to requests. */

import type { Secret } from "../base/secret.ts";

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
const HEADER_VALUE = /^[\x20-\x7e]+$/;

/** What is wrong with a header's name; `refused` are those, in small letters, that are not an operator's. */
export function headerNameFault(name: string, refused: ReadonlySet<string>): string | undefined {
  const fits = HEADER_NAME.test(name) && !refused.has(name.toLowerCase());
  return fits ? undefined : `${name} is no header that can be added`;
}

/** What is wrong with a header's value; it does not repeat the value. */
export function headerValueFault(value: Secret): string | undefined {
  const fits = HEADER_VALUE.test(value.reveal());
  return fits ? undefined : "it is empty or has characters that no header may have";
}
