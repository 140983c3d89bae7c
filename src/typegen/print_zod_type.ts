/**
 * The TypeScript of zod schemas, by zod-to-ts. That package brings the whole TypeScript compiler, so
 * it is loaded at the first use and not with this room.
 */

import type { ZodToTsOptions } from "zod-to-ts";
import { toCommentLine } from "./schema_docs.ts";

/** Which side of a schema: what goes in before defaults and transforms, or what comes out. */
export interface PrintZodTypeOptions {
  /** @default "input" */
  readonly io?: "input" | "output";
}

type ZodSchema = Parameters<typeof import("zod-to-ts").zodToTs>[0];
type Registry = NonNullable<ZodToTsOptions["metadataRegistry"]>;

const MAX_DESCRIPTION = 240;

/**
 * The type of a zod 4 schema as one TypeScript expression; fit for `Tool.printed`. `undefined` when
 * there is no such expression (recursive schemas, symbols and the like): use the JSON Schema then.
 */
export async function printZodType(
  schema: unknown,
  options: PrintZodTypeOptions = {},
): Promise<string | undefined> {
  if (!isZodSchema(schema)) {
    throw new TypeError("Cannot print the schema as it is not a zod 4 schema");
  }
  const { createAuxiliaryTypeStore, printNode, zodToTs } = await import("zod-to-ts");
  const auxiliaryTypeStore = createAuxiliaryTypeStore();
  try {
    const { node } = zodToTs(schema, {
      auxiliaryTypeStore,
      io: options.io ?? "input",
      metadataRegistry: SAFE_DESCRIPTIONS,
    });
    return auxiliaryTypeStore.definitions.size === 0 ? printNode(node) : undefined;
  } catch {
    // zod-to-ts throws for types it cannot represent, with no code to tell that from anything else.
    return undefined;
  }
}

/** Descriptions without what would end their comment: zod-to-ts writes them as they are. */
const SAFE_DESCRIPTIONS = {
  get(schema: { readonly description?: unknown }) {
    const { description } = schema;
    return typeof description === "string"
      ? { description: toCommentLine(description, MAX_DESCRIPTION) }
      : undefined;
  },
} as unknown as Registry;

function isZodSchema(value: unknown): value is ZodSchema {
  return typeof value === "object" && value !== null && "_zod" in value;
}
