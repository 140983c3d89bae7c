/**
 * Schemas of other frameworks as JSON Schema and a parser: zod 4, JSON Schema, the AI SDK's `Schema`
 * and Standard Schema. Told apart by their shape; no framework is imported.
 */

import { z } from "zod";
import type { JsonSchema } from "./contract/mod.ts";

/** A schema that can be shown and that reads values. */
export interface ForeignSchema {
  readonly jsonSchema: JsonSchema;
  /** The value as the tool's function expects it; rejects with what is wrong with it. */
  parse(value: unknown): Promise<unknown>;
}

type Way = "input" | "output";

interface StandardSchema {
  validate(value: unknown): unknown;
  readonly jsonSchema?: { input?(options: unknown): unknown; output?(options: unknown): unknown };
}

/** Reads a schema; `label` names it in messages. Throws a TypeError for one that cannot be shown. */
export async function readForeignSchema(
  given: unknown,
  label: string,
  way: Way = "input",
): Promise<ForeignSchema> {
  // The AI SDK's lazy schemas are functions, and some libraries' schemas are too.
  if (typeof given === "function" && !("~standard" in given) && !("_zod" in given)) {
    return await readForeignSchema(given(), label, way);
  }
  if (!isObject(given)) throw unreadable(label, "it is no schema");
  // What has "_zod" is a schema of zod 4, of whichever copy.
  if ("_zod" in given) return readZod(given as unknown as z.ZodType, way);
  if ("jsonSchema" in given) return await readAiSchema(given, label);
  if ("~standard" in given) return readStandard(given["~standard"], label, way);
  if ("_def" in given) throw unreadable(label, "it is of zod 3; use zod 4 or a JSON Schema");
  return { jsonSchema: given, parse: (value) => Promise.resolve(value) };
}

function readZod(schema: z.ZodType, way: Way): ForeignSchema {
  return {
    jsonSchema: z.toJSONSchema(schema, { io: way, unrepresentable: "any" }) as JsonSchema,
    parse: async (value) => await schema.parseAsync(value),
  };
}

async function readAiSchema(
  schema: Readonly<Record<string, unknown>>,
  label: string,
): Promise<ForeignSchema> {
  const jsonSchema = await schema["jsonSchema"];
  const { validate } = schema;
  if (!isObject(jsonSchema)) throw unreadable(label, "it has no JSON Schema");
  return {
    jsonSchema,
    async parse(value) {
      if (typeof validate !== "function") return value;
      const result: unknown = await validate(value);
      if (isObject(result) && result["success"] === true) return result["value"];
      throw isObject(result) && result["error"] instanceof Error
        ? result["error"]
        : new TypeError("the value is not valid");
    },
  };
}

function readStandard(standard: unknown, label: string, way: Way): ForeignSchema {
  const { jsonSchema, validate } = standard as StandardSchema;
  const shown = jsonSchema?.[way]?.({ target: "draft-2020-12" });
  if (!isObject(shown)) throw unreadable(label, "it cannot be shown as JSON Schema");
  return {
    jsonSchema: shown,
    async parse(value) {
      const result = await validate.call(standard, value);
      if (isObject(result) && result["issues"] === undefined) return result["value"];
      throw new TypeError(issuesText(isObject(result) ? result["issues"] : undefined));
    },
  };
}

function issuesText(issues: unknown): string {
  const texts = Array.isArray(issues)
    ? issues.slice(0, 8).flatMap((issue) => isObject(issue) ? [String(issue["message"])] : [])
    : [];
  return texts.length === 0 ? "the value is not valid" : texts.join("; ");
}

function unreadable(label: string, why: string): TypeError {
  return new TypeError(`Cannot use the schema of "${label}": ${why}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
