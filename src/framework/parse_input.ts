/**
 * Schemas of other frameworks as parsers of input: zod, Standard Schema and the AI SDK's `Schema`. Told
 * apart by their shape; no framework is imported.
 */

/** The value as the tool's function expects it; rejects with what is wrong with it. */
export type InputParser = (value: unknown) => Promise<unknown>;

interface Zod {
  parseAsync(value: unknown): Promise<unknown>;
}

type Validate = (value: unknown) => unknown;

/** The parser of a schema; undefined for one that only describes, such as a JSON Schema. */
export function inputParser(schema: unknown): InputParser | undefined {
  if (!isObject(schema)) return undefined;
  // What has "_zod" is a schema of zod 4, of whichever copy; "_def" is older.
  if ("_zod" in schema) return zodParser(schema);
  if ("jsonSchema" in schema) return aiParser(schema["validate"]);
  if ("~standard" in schema) return standardParser(schema["~standard"]);
  if ("_def" in schema) return zodParser(schema);
  // The AI SDK's lazy schemas are functions.
  return typeof schema === "function" ? inputParser((schema as () => unknown)()) : undefined;
}

function zodParser(schema: object): InputParser | undefined {
  const zod = schema as Zod;
  if (typeof zod.parseAsync !== "function") return undefined;
  return async (value) => await zod.parseAsync(value);
}

function aiParser(validate: unknown): InputParser | undefined {
  if (typeof validate !== "function") return undefined;
  return async (value) => {
    const result = await (validate as Validate)(value);
    if (isObject(result) && result["success"] === true) return result["value"];
    throw isObject(result) && result["error"] instanceof Error
      ? result["error"]
      : new TypeError("the value is not valid");
  };
}

function standardParser(standard: unknown): InputParser | undefined {
  const validate = isObject(standard) ? standard["validate"] : undefined;
  if (typeof validate !== "function") return undefined;
  return async (value) => {
    const result: unknown = await validate.call(standard, value);
    if (isObject(result) && result["issues"] === undefined) return result["value"];
    throw new TypeError(issuesText(isObject(result) ? result["issues"] : undefined));
  };
}

function issuesText(issues: unknown): string {
  const texts = Array.isArray(issues)
    ? issues.slice(0, 8).flatMap((issue) => isObject(issue) ? [String(issue["message"])] : [])
    : [];
  return texts.length === 0 ? "the value is not valid" : texts.join("; ");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
