/**
 * A prepared memory as text, made by the build: preparing takes hundreds of milliseconds of a process's
 * start, reading it two. Most of a memory is zeros, which are left out.
 */

import { fromBase64 } from "./engine.ts";
import type { LibraryPlace } from "./extension.ts";
import { PreparedMemory } from "./prepared_memory.ts";
import type { Template, TemplatePlaces } from "./vm.ts";

/** A prepared memory and what belongs to it. */
export interface MemoryImage {
  readonly memoryBytes: number;
  /** What is not zero, as base64. */
  readonly parts: readonly (readonly [at: number, base64: string])[];
  readonly libraries: readonly LibraryPlace[];
  readonly places: TemplatePlaces;
}

/** The image of a prepared memory. */
export function toImage(
  { memory, ...places }: Template,
  libraries: readonly LibraryPlace[],
  toBase64: (bytes: Uint8Array) => string,
): MemoryImage {
  const { bytes } = memory;
  const parts = memory.parts.map(([from, to]) =>
    [from, toBase64(bytes.subarray(from, to))] as const
  );
  return { memoryBytes: bytes.length, parts, libraries, places };
}

/** The prepared memory of an image. */
export function fromImage({ memoryBytes, parts, places }: MemoryImage): Template {
  const bytes = new Uint8Array(memoryBytes);
  for (const [at, text] of parts) bytes.set(fromBase64(text), at);
  return { memory: new PreparedMemory(bytes), ...places };
}
