/** Types for other frameworks, against recorded behaviour: the same meaning, however it is spelled. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { JsonSchema } from "../../../src/contract/mod.ts";
import { type DescribedTool, generateTypes, jsonSchemaToType } from "../../../src/typegen/mod.ts";
import { complaints, differences, type TypePair } from "./type_checker.ts";

interface Vector<Input> {
  readonly id: string;
  readonly input: Input;
  readonly expected: string;
  readonly defect?: string;
}

function vectors<Input>(name: string): readonly Vector<Input>[] {
  const path = new URL(`../../fixtures/vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8"));
}

/** What we print where the recorded behaviour is a defect, and why. */
const DEVIATIONS: Readonly<Record<string, string>> = {
  // `&` binds less tightly than `[]`.
  "jsonSchemaToType/94": "type ArrIntersect = { a?: string; b?: number }[]",
  // The items of an array are typed also beside another type.
  "jsonSchemaToType/99": "type NullableArr = string[] | null",
  // Properties beside anyOf hold in every branch.
  "jsonSchemaToType/102":
    "type AnyOfWithProps = { base: string } & ({ a?: string } | { b?: number })",
  // Recursive references are recursive types.
  "jsonSchemaToType/105": "type RefSelf = { child?: RefSelf; v?: number }",
  "jsonSchemaToType/106": "type N = { kids?: N[] }\ntype RefRec = { root?: N }",
  // Patterns of keys give the type of further keys.
  "jsonSchemaToType/121": "type PatternProps = { [key: string]: string }",
};

/** Deviations that assignability cannot see: every array is a value of a type of optional properties. */
const UNSEEN = ["jsonSchemaToType/94"];

/** Defects whose right answer is the recorded one: the anchor is not in the recorded document. */
const SAME_ANSWER = ["jsonSchemaToType/110"];

Deno.test("jsonSchemaToType means what was recorded", () => {
  const recorded = vectors<{ schema: JsonSchema; typeName: string }>("json_schema_to_type");
  const pairs = recorded.map(({ id, input, expected }): TypePair => ({
    id,
    ours: jsonSchemaToType(input.schema, input.typeName),
    theirs: DEVIATIONS[id] ?? expected,
    types: [input.typeName],
  }));
  assert.equal(pairs.length, 78);
  assert.deepEqual(differences(pairs), {});
});

Deno.test("each recorded defect is declared, and each declared deviation is a difference", () => {
  const recorded = vectors<{ schema: JsonSchema; typeName: string }>("json_schema_to_type");
  const defects = recorded.filter((vector) => vector.defect !== undefined);
  assert.deepEqual(
    defects.map((vector) => vector.id).filter((id) => !SAME_ANSWER.includes(id)),
    Object.keys(DEVIATIONS),
  );
  const pairs = defects.map(({ id, input, expected }): TypePair => ({
    id,
    ours: jsonSchemaToType(input.schema, input.typeName),
    theirs: expected,
    types: [input.typeName],
  }));
  assert.deepEqual(
    Object.keys(differences(pairs)),
    Object.keys(DEVIATIONS).filter((id) => !UNSEEN.includes(id)),
  );
});

type RecordedSchema =
  | { readonly kind: "zod"; readonly jsonSchema: JsonSchema }
  | { readonly kind: "jsonSchema"; readonly jsonSchema: JsonSchema }
  | { readonly kind: "bad"; readonly value: unknown };

interface RecordedTools {
  readonly namespace: string;
  readonly tools: Readonly<
    Record<
      string,
      { description?: string; inputSchema?: RecordedSchema; outputSchema?: RecordedSchema }
    >
  >;
}

/** The schema as its framework would hold it. */
function revive(schema: RecordedSchema | undefined): unknown {
  if (schema === undefined) return undefined;
  if (schema.kind === "bad") return schema.value;
  if (schema.kind === "jsonSchema") return { jsonSchema: schema.jsonSchema };
  const convert = () => schema.jsonSchema;
  return { "~standard": { version: 1, jsonSchema: { input: convert, output: convert } } };
}

function describe(tools: RecordedTools["tools"]): Record<string, DescribedTool> {
  return Object.fromEntries(
    Object.entries(tools).map(([name, { description, inputSchema, outputSchema }]) => [name, {
      ...(description === undefined ? {} : { description }),
      inputSchema: revive(inputSchema),
      outputSchema: revive(outputSchema),
    }]),
  );
}

function pair(id: string, ours: string, theirs: string, namespace: string): TypePair {
  const types = [...theirs.matchAll(/^type (\w+)/gm)].map(([, name]) => name ?? "");
  return { id, ours, theirs, types: [...types, `typeof ${namespace}`] };
}

/** Parts of recorded types that ours know better, each with what stands in their place. */
const KNOWN_BETTER: Readonly<Record<string, readonly [theirs: string, ours: string]>> = {
  // Twenty levels are not the end: these are thirty.
  "generateTypes/37": [
    "nested?: unknown",
    `${"nested?: { ".repeat(10)}nested?: string${" }".repeat(10)}`,
  ],
  // The tool declares what it returns.
  "generateTypes/80": ["type TOutput = unknown", "type TOutput = string"],
};

Deno.test("generateTypes means what was recorded, with the same names", () => {
  const recorded = vectors<RecordedTools>("generate_types");
  assert.equal(recorded.length, 44);
  const pairs = recorded.map(({ id, input: { tools, namespace }, expected }) => {
    const [theirs, ours] = KNOWN_BETTER[id] ?? ["", ""];
    assert.ok(expected.includes(theirs), id);
    const wanted = expected.replace(theirs, ours);
    return pair(id, generateTypes(describe(tools), namespace), wanted, namespace);
  });
  assert.deepEqual(differences(pairs), {});
});

Deno.test("generateTypes takes plain JSON Schemas", () => {
  const recorded = vectors<Record<string, DescribedTool>>("generate_types_from_json_schema");
  assert.equal(recorded.length, 12);
  const pairs = recorded.map(({ id, input, expected }) =>
    pair(id, generateTypes(input), expected, "codemode")
  );
  assert.deepEqual(differences(pairs), {});
});

Deno.test("generateTypes prints aliases, then one object of documented tools", () => {
  const text = generateTypes({
    "create-project": {
      description: "Creates a project */\nnow",
      inputSchema: z.object({ name: z.string(), description: z.string().optional() }),
      outputSchema: { type: "object", properties: { id: { type: "integer" } }, required: ["id"] },
    },
  });
  assert.equal(
    text,
    `type CreateProjectInput = { name: string; description?: string }
type CreateProjectOutput = {
  /** @integer */
  id: number;
}

declare const codemode: {
	/** Creates a project *\\/ now */
	create_project: (input: CreateProjectInput) => Promise<CreateProjectOutput>;
}`,
  );
});

Deno.test("generateTypes reads zod schemas by themselves and opens what JSON Schema cannot say", () => {
  const text = generateTypes({
    plain: { inputSchema: z.object({ n: z.number().default(3) }), outputSchema: z.date() },
  });
  assert.match(text, /^type PlainInput = \{\n {2}\/\*\* @default 3 \*\/\n {2}n\?: number;\n\}$/m);
  assert.match(text, /^type PlainOutput = unknown$/m);
});

Deno.test("generateTypes keeps tools apart whose names sanitise alike", () => {
  const text = generateTypes({ "a-b": {}, "a.b": {}, "aB": {} });
  assert.deepEqual(complaints({ "types.ts": text }), []);
  assert.deepEqual([...text.matchAll(/^\t(\w+):/gm)].map(([, name]) => name), [
    "a_b",
    "a_b_2",
    "aB",
  ]);
});
