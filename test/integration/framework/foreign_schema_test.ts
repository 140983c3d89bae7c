import assert from "node:assert/strict";
import { jsonSchema as aiSchema } from "ai";
import { z } from "zod";
import { readForeignSchema } from "../../../src/foreign_schema.ts";

const TEXT = {
  type: "object" as const,
  properties: { a: { type: "string" as const } },
  required: ["a"],
};

Deno.test("schemas of every kind are shown and read", async () => {
  const zod = z.object({ a: z.string().default("x"), b: z.string().optional() });
  const read = await readForeignSchema(zod, "t");
  assert.deepEqual((read.jsonSchema as { required?: unknown }).required, undefined);
  assert.deepEqual(await read.parse({}), { a: "x" });
  await assert.rejects(read.parse({ a: 1 }), { name: "ZodError" });

  const plain = await readForeignSchema(TEXT, "t");
  assert.deepEqual(plain.jsonSchema, TEXT);
  assert.deepEqual(await plain.parse({ b: 1 }), { b: 1 });

  const lazy = await readForeignSchema(() => aiSchema(() => Promise.resolve(TEXT)), "t");
  assert.deepEqual(lazy.jsonSchema, TEXT);

  const checked = await readForeignSchema(
    aiSchema(TEXT, {
      validate: (value) =>
        value === "bad"
          ? { success: false, error: new Error("not this") }
          : { success: true, value: "read" },
    }),
    "t",
  );
  assert.equal(await checked.parse({}), "read");
  await assert.rejects(checked.parse("bad"), { message: "not this" });

  const standard = await readForeignSchema({
    "~standard": {
      version: 1,
      vendor: "x",
      jsonSchema: { input: () => TEXT, output: () => ({ type: "number" }) },
      validate: (value: unknown) =>
        value === "bad" ? { issues: [{ message: "one" }, { message: "two" }] } : { value: 7 },
    },
  }, "t");
  assert.deepEqual(standard.jsonSchema, TEXT);
  assert.equal(await standard.parse({}), 7);
  await assert.rejects(standard.parse("bad"), new TypeError("one; two"));
});

Deno.test("a schema that cannot be shown is a TypeError", async () => {
  const cases: [unknown, string][] = [
    [undefined, "it is no schema"],
    ["text", "it is no schema"],
    [{ _def: {} }, "it is of zod 3; use zod 4 or a JSON Schema"],
    [{ "~standard": { validate: () => ({}) } }, "it cannot be shown as JSON Schema"],
    [{ jsonSchema: undefined }, "it has no JSON Schema"],
  ];
  for (const [schema, why] of cases) {
    await assert.rejects(
      readForeignSchema(schema, "t"),
      new TypeError(`Cannot use the schema of "t": ${why}`),
    );
  }
});
