/** 527 tools of real servers: their declarations are strict TypeScript and lose nothing. */

import assert from "node:assert/strict";
import type { SourceFile, Type } from "ts-morph";
import { createDeclarations, nameTools } from "../../../src/typegen/mod.ts";
import { createProject } from "./type_checker.ts";
import { realGroups } from "./tool_fixtures.ts";

type Schema = { readonly [keyword: string]: unknown };

/** Paths whose type is `unknown` or `any` though the schema of that place says what may be there. */
function losses(schema: unknown, type: Type, root: Schema, at: SourceFile, path: string): string[] {
  // Recursive types are looked into a few times round.
  if (typeof schema !== "object" || schema === null || path.length > 300) return [];
  const said = follow(schema as Schema, root);
  const isOpen = type.isUnknown() || type.isAny();
  if (isOpen) return saysSomething(said) ? [path] : [];
  const found: string[] = [];
  for (const [name, property] of Object.entries((said["properties"] ?? {}) as Schema)) {
    const types = partsOf(type).flatMap((part) => part.getProperty(name) ?? []);
    if (types.length === 0) found.push(`${path}.${name} is missing`);
    for (const symbol of types) {
      const declared = withoutNull(symbol.getTypeAtLocation(at));
      found.push(...losses(property, declared, root, at, `${path}.${name}`));
    }
  }
  if (said["items"] !== undefined) {
    const elements = partsOf(type).flatMap((part) => part.getArrayElementType() ?? []);
    if (elements.length === 0) found.push(`${path}[] is missing`);
    for (const element of elements) {
      found.push(...losses(said["items"], element, root, at, `${path}[]`));
    }
  }
  return found;
}

/** `unknown` without null would be `{}`, and the loss unseen. */
function withoutNull(type: Type): Type {
  return type.isUnion() ? type.getNonNullableType() : type;
}

function partsOf(type: Type): Type[] {
  return type.isUnion() ? type.getUnionTypes() : [type];
}

function follow(schema: Schema, root: Schema): Schema {
  const reference = schema["$ref"];
  if (typeof reference !== "string") return schema;
  let target: unknown = root;
  for (const token of reference.split("/").slice(1)) target = (target as Schema)[token];
  return target as Schema;
}

/** Whether anything but words for people is said, and not merely that everything is fine. */
function saysSomething(schema: Schema): boolean {
  const branches = [schema["anyOf"], schema["oneOf"]].flatMap((list) => list ?? []);
  if (branches.length > 0) return branches.every((branch) => saysSomething(branch as Schema));
  return ["type", "enum", "const", "properties", "items", "$ref", "allOf"]
    .some((word) => schema[word] !== undefined);
}

const namespaces = nameTools(realGroups());
const declarations = createDeclarations(namespaces);

Deno.test("every real tool is declared, in strict TypeScript, without a problem", () => {
  const project = createProject({ "mcp.d.ts": declarations.text });
  assert.deepEqual(project.getPreEmitDiagnostics().map((each) => each.getMessageText()), []);
  assert.equal(namespaces.flatMap((namespace) => namespace.tools).length, 527);
  assert.deepEqual(declarations.problems, []);
  assert.match(declarations.text, /^\/\/ COMPLETE: 527 tools in 70 namespaces\.\n/);
});

Deno.test("no type is unknown where the schema says more", () => {
  const project = createProject({ "mcp.d.ts": declarations.text, "at.ts": "mcp;" });
  const at = project.getSourceFileOrThrow("at.ts");
  const mcp = project.getSourceFileOrThrow("mcp.d.ts").getVariableDeclarationOrThrow("mcp")
    .getType();
  const found: string[] = [];
  for (const namespace of namespaces) {
    const members = mcp.getPropertyOrThrow(namespace.name).getTypeAtLocation(at);
    for (const { tool, name } of namespace.tools) {
      const signatures = members.getPropertyOrThrow(name).getTypeAtLocation(at).getCallSignatures();
      const parameter = signatures[0]?.getParameters()[0];
      assert.ok(parameter !== undefined, name);
      const input = withoutNull(parameter.getTypeAtLocation(at));
      const schema = tool.inputSchema as Schema;
      found.push(...losses(schema, input, schema, at, `${namespace.name}.${name}`));
    }
  }
  assert.deepEqual(found, []);
});

Deno.test("the search for lost types finds one", () => {
  const project = createProject({ "at.ts": "declare const x: { a: unknown; b: string[] };" });
  const at = project.getSourceFileOrThrow("at.ts");
  const type = at.getVariableDeclarationOrThrow("x").getType();
  const schema = {
    properties: { a: { type: "string" }, b: { items: { type: "string" } }, c: { type: "number" } },
  };
  assert.deepEqual(losses(schema, type, schema, at, "x"), ["x.a", "x.c is missing"]);
});

Deno.test("the order in which servers and tools come changes nothing", () => {
  const shuffled = realGroups().toReversed()
    .map((group) => ({ ...group, tools: group.tools.toReversed() }));
  const again = createDeclarations(nameTools(shuffled));
  assert.equal(again.text, declarations.text);
  assert.equal(again.hash, declarations.hash);
  const turned = namespaces.toReversed()
    .map((namespace) => ({ ...namespace, tools: namespace.tools.toReversed() }));
  assert.equal(createDeclarations(turned).text, declarations.text);
});

Deno.test("a budget gives as many signatures as fit, in strict TypeScript", () => {
  for (const budgetTokens of [200, 2_000, 5_000, 20_000, 60_000]) {
    const partial = createDeclarations(namespaces, { budgetTokens });
    assert.equal(partial.complete, false);
    assert.equal(partial.hash, declarations.hash);
    assert.match(partial.text, /^\/\/ PARTIAL: \d+ of 527 tools in 70 namespaces; /);
    if (budgetTokens > 1_000) assert.ok(partial.text.length <= budgetTokens * 4, `${budgetTokens}`);
    const project = createProject({ "mcp.d.ts": partial.text });
    assert.deepEqual(project.getPreEmitDiagnostics().map((each) => each.getMessageText()), []);
  }
  assert.equal(createDeclarations(namespaces, { budgetTokens: 200_000 }).text, declarations.text);
});
