/**
 * Images, sounds and resources that a program returned as a tool gave them, taken out of its result,
 * so that a caller can be given them as what they are. What is not exactly such a block, or is more
 * than the bounds allow, stays where it is.
 */

import { type ContentBlock, ContentBlockSchema } from "../contract/mod.ts";
import { costOfText } from "./json_cost.ts";

/** Options of {@link toContentBlocks}. */
export interface ContentBlocksOptions {
  /** @default 16 */
  readonly maxBlocks?: number;
  /** Characters of all blocks together, base64 and texts. @default 8388608 */
  readonly maxLength?: number;
  /** Tokens of the texts of all resources and links together; images have none. @default 2000 */
  readonly maxTextTokens?: number;
}

/** A result and what was taken out of it. */
export interface SplitResult {
  /** The result with `{ "$content": index }` in the place of each block; the same when there is none. */
  readonly value: unknown;
  readonly content: readonly ContentBlock[];
  /** Estimated tokens of the texts in `content`. */
  readonly textTokens: number;
}

/** Containers inside containers that are looked into. */
const MAX_DEPTH = 64;
const TYPES: ReadonlySet<unknown> = new Set(
  ["image", "audio", "resource", "resource_link"] satisfies ContentBlock["type"][],
);

/** Takes the content blocks out of a JSON value, in the order in which they stand in it. */
export function toContentBlocks(result: unknown, options: ContentBlocksOptions = {}): SplitResult {
  const splitter = new Splitter(options);
  const value = splitter.split(result, 0);
  return { value, content: splitter.content, textTokens: Math.ceil(splitter.textTokens) };
}

class Splitter {
  readonly content: ContentBlock[] = [];
  textTokens = 0;
  readonly #options: Required<ContentBlocksOptions>;
  #length = 0;

  constructor(options: ContentBlocksOptions) {
    this.#options = { maxBlocks: 16, maxLength: 8 * 1024 * 1024, maxTextTokens: 2000, ...options };
  }

  /** The value without its blocks; the same object where it has none. */
  split(value: unknown, depth: number): unknown {
    if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return value;
    if (this.content.length >= this.#options.maxBlocks) return value;
    if (Array.isArray(value)) return this.#splitList(value, depth);
    const block = this.#take(value);
    if (block !== undefined) return { $content: this.content.push(block) - 1 };
    return this.#splitRecord(value as Readonly<Record<string, unknown>>, depth);
  }

  #splitList(list: readonly unknown[], depth: number): readonly unknown[] {
    let copy: unknown[] | undefined;
    for (let index = 0; index < list.length; index += 1) {
      const inner = this.split(list[index], depth + 1);
      if (inner === list[index]) continue;
      copy ??= [...list];
      copy[index] = inner;
    }
    return copy ?? list;
  }

  #splitRecord(record: Readonly<Record<string, unknown>>, depth: number): unknown {
    let changed: Map<string, unknown> | undefined;
    const keys = Object.keys(record);
    for (const key of keys) {
      const value = record[key];
      const inner = this.split(value, depth + 1);
      if (inner !== value) (changed ??= new Map()).set(key, inner);
    }
    if (changed === undefined) return record;
    // SAFETY: defined and not assigned, so that a member named `__proto__` stays a member.
    return Object.fromEntries(
      keys.map((key) => [key, changed.has(key) ? changed.get(key) : record[key]]),
    );
  }

  #take(value: object): ContentBlock | undefined {
    if (!Object.hasOwn(value, "type") || !TYPES.has((value as { type?: unknown }).type)) {
      return undefined;
    }
    const parsed = ContentBlockSchema.safeParse(value);
    if (!parsed.success || !isWhole(parsed.data)) return undefined;
    const length = JSON.stringify(parsed.data).length;
    const { maxLength, maxTextTokens } = this.#options;
    const tokens = textTokensOf(parsed.data, maxTextTokens - this.textTokens);
    if (this.#length + length > maxLength || this.textTokens + tokens > maxTextTokens) {
      return undefined;
    }
    this.#length += length;
    this.textTokens += tokens;
    return parsed.data;
  }
}

/** Whether what should be base64 is, and the type is one of the kind. */
function isWhole(block: ContentBlock): boolean {
  if (block.type === "resource_link") return true;
  if (block.type === "resource") {
    return !("blob" in block.resource) || isBase64(block.resource.blob);
  }
  return block.mimeType.startsWith(`${block.type}/`) && isBase64(block.data);
}

/** Read by character, because a pattern over megabytes may run out of stack. */
function isBase64(text: string): boolean {
  if (text.length === 0 || text.length % 4 !== 0) return false;
  const end = text.endsWith("==") ? text.length - 2 : text.length - (text.endsWith("=") ? 1 : 0);
  for (let index = 0; index < end; index += 1) {
    if (!isBase64Code(text.charCodeAt(index))) return false;
  }
  return true;
}

function isBase64Code(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) ||
    (code >= 47 && code <= 57) || code === 43;
}

/** Tokens of what a model reads as text: of images and sounds what is said about them, if anything. */
function textTokensOf(block: ContentBlock, max: number): number {
  if (block.type === "resource_link") return costOfText(JSON.stringify(block), max);
  if (block.type === "resource") {
    const resource = { ...block.resource, blob: undefined };
    return costOfText(JSON.stringify({ ...block, resource }), max);
  }
  const { annotations, _meta } = block;
  if (annotations === undefined && _meta === undefined) return 0;
  return costOfText(JSON.stringify({ annotations, _meta }), max);
}
