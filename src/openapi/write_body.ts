/** The value of a body as it is sent. */

import { Buffer } from "node:buffer";
import { CodemodeError } from "../base/errors.ts";
import type { RequestBody } from "./operation.ts";

/** A body ready to be sent; the type of a form with parts is made with its boundary. */
export interface WrittenBody {
  readonly content: string | Uint8Array<ArrayBuffer> | FormData;
  readonly contentType?: string;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Writes a body. Throws `TOOL_INPUT_INVALID` for bytes that are no base64. */
export function writeBody(body: RequestBody, value: unknown): WrittenBody {
  const { kind, contentType } = body;
  switch (kind) {
    case "json":
      return { content: JSON.stringify(value), contentType };
    case "form":
      return { content: formText(value), contentType };
    case "multipart":
      return { content: parts(body, value) };
    case "text":
      return { content: plainText(value), contentType };
    case "binary":
      return { content: bytesOf(value, body.key), contentType };
  }
}

function formText(value: unknown): string {
  const form = new URLSearchParams();
  for (const [name, inner] of entriesOf(value)) {
    for (const item of Array.isArray(inner) ? inner : [inner]) form.append(name, plainText(item));
  }
  return form.toString();
}

function parts({ key, files }: RequestBody, value: unknown): FormData {
  const form = new FormData();
  for (const [name, inner] of entriesOf(value)) {
    const type = files.get(name);
    for (const item of Array.isArray(inner) ? inner : [inner]) {
      if (type !== undefined) {
        form.append(name, new Blob([bytesOf(item, `${key}.${name}`)], { type }), name);
      } else if (typeof item === "object" && item !== null) {
        form.append(name, new Blob([JSON.stringify(item)], { type: "application/json" }));
      } else form.append(name, plainText(item));
    }
  }
  return form;
}

function bytesOf(value: unknown, where: string): Uint8Array<ArrayBuffer> {
  if (typeof value === "string" && BASE64.test(value)) {
    return new Uint8Array(Buffer.from(value, "base64"));
  }
  throw new CodemodeError("TOOL_INPUT_INVALID", `Invalid input: /${where} must be base64`);
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function plainText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === null || value === undefined ? "" : JSON.stringify(value);
}
