/**
 * Schemas of other frameworks as JSON Schema and a parser: zod 4, JSON Schema, the AI SDK's `Schema`
 * and Standard Schema. Told apart by their shape; no framework is imported.
 */

import { z } from "zod";
import type { JsonSchema } from "./contract/mod.ts";
import { type InputParser, inputParser } from "./framework/mod.ts";

/** A schema that can be shown and that reads values. */
export interface ForeignSchema {
  readonly jsonSchema: JsonSchema;
  /** Leaves the value as it is where the schema only describes. */
  readonly parse: InputParser;
}

type Way = "input" | "output";

interface StandardSchema {
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
  return {
    jsonSchema: await showSchema(given, label, way),
    parse: inputParser(given) ?? ((value) => Promise.resolve(value)),
  };
}

async function showSchema(
  given: Readonly<Record<string, unknown>>,
  label: string,
  way: Way,
): Promise<JsonSchema> {
  // What has "_zod" is a schema of zod 4, of whichever copy.
  if ("_zod" in given) return showZod(given as unknown as z.ZodType, way);
  if ("jsonSchema" in given) return await showAiSchema(given["jsonSchema"], label);
  if ("~standard" in given) return showStandard(given["~standard"], label, way);
  if ("_def" in given) throw unreadable(label, "it is of zod 3; use zod 4 or a JSON Schema");
  return given;
}

function showZod(schema: z.ZodType, way: Way): JsonSchema {
  return z.toJSONSchema(schema, { io: way, unrepresentable: "any" }) as JsonSchema;
}

async function showAiSchema(given: unknown, label: string): Promise<JsonSchema> {
  const jsonSchema = await given;
  if (!isObject(jsonSchema)) throw unreadable(label, "it has no JSON Schema");
  return jsonSchema;
}

function showStandard(standard: unknown, label: string, way: Way): JsonSchema {
  const { jsonSchema } = standard as StandardSchema;
  const shown = jsonSchema?.[way]?.({ target: "draft-2020-12" });
  if (!isObject(shown)) throw unreadable(label, "it cannot be shown as JSON Schema");
  return shown;
}

function unreadable(label: string, why: string): TypeError {
  return new TypeError(`Cannot use the schema of "${label}": ${why}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
