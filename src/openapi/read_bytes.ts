/** The body of a response, bounded. */

/** Thrown where a body is larger than it may be. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

/** All bytes, decompressed. Throws {@link TooLarge} as soon as there are more than `maxBytes`. */
export async function readBytes(
  { body }: Pick<Response, "body">,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    length += read.value.length;
    if (length > maxBytes) {
      await reader?.cancel();
      throw new TooLarge(`the body is larger than ${maxBytes} bytes`);
    }
    chunks.push(read.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
