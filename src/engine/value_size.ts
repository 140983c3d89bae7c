/** How much memory a value takes, roughly: enough to bound what is kept. */

/** Bytes that every value and every member takes besides its text. */
const OVERHEAD_BYTES = 16;

/** Levels that are followed. */
const MAX_DEPTH = 500;

/** Bytes of plain data, which is not cyclic; `Infinity` when it is nested too deep to be written. */
export function sizeOf(value: unknown, depth = 0): number {
  if (depth > MAX_DEPTH) return Infinity;
  if (typeof value === "string") return OVERHEAD_BYTES + value.length * 2;
  if (typeof value !== "object" || value === null) return OVERHEAD_BYTES;
  let bytes = OVERHEAD_BYTES;
  if (Array.isArray(value)) {
    for (const item of value) bytes += sizeOf(item, depth + 1);
    return bytes;
  }
  for (const name of Object.keys(value)) {
    const inner = (value as Readonly<Record<string, unknown>>)[name];
    bytes += OVERHEAD_BYTES + name.length * 2 + sizeOf(inner, depth + 1);
  }
  return bytes;
}
