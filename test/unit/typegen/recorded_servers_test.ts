/**
 * Published servers: their declarations are strict TypeScript, programs made from their schemas pass
 * the checker, and each fault put into such a program is found at its place.
 */

import assert from "node:assert/strict";
import { silentLogger } from "../../../src/base/log.ts";
import { SchemaValidators } from "../../../src/catalog/schema_validators.ts";
import { CodeChecker } from "../../../src/checker/check_code.ts";
import type { CheckResult } from "../../../src/checker/mod.ts";
import {
  createDeclarations,
  type Declarations,
  type NamedNamespace,
  type NamedTool,
  nameTools,
} from "../../../src/typegen/mod.ts";
import { recordedGroups } from "./recorded_servers.ts";
import { follow, isObject, Sampler } from "./sample_input.ts";
import { complaints } from "./type_checker.ts";

/** Diagnostics that one check tells of; a further one would only count those it keeps back. */
const TOLD = 7;
/** Tools of one server that faults are put into the calls of. */
const FAULTY_TOOLS = 2 * TOLD;

const groups = recordedGroups();
const namespaces = nameTools(groups);
const checker = new CodeChecker({ deadlineMs: 60_000 });
const validators = new SchemaValidators(silentLogger);
const declarations = new Map<NamedNamespace, Declarations>(
  namespaces.map((namespace) => [namespace, createDeclarations([namespace])]),
);

/** A program with one call a line. */
function check(namespace: NamedNamespace, calls: readonly string[]): CheckResult {
  return checker.check({
    code: calls.map((call) => `await ${call};`).join("\n"),
    language: "typescript",
    declarations: declarations.get(namespace)!,
    ambient: { runtime: "deno", network: false },
    mode: "error",
  });
}

function callOf({ name }: NamedNamespace, tool: string, input: unknown): string {
  return `mcp[${JSON.stringify(name)}][${JSON.stringify(tool)}](${JSON.stringify(input)})`;
}

function isValid({ tool }: NamedTool, input: unknown): boolean {
  return validators.check(tool.inputSchema, input, tool.name).length === 0;
}

Deno.test("each server's tools are declared in strict TypeScript, without a problem", () => {
  assert.ok(groups.length >= 25, `${groups.length} servers`);
  const all = createDeclarations(namespaces);
  assert.deepEqual(all.problems, []);
  assert.deepEqual(complaints({ "mcp.d.ts": all.text }), []);
  const tools = groups.reduce((sum, group) => sum + group.tools.length, 0);
  assert.equal(
    all.text.slice(0, all.text.indexOf("\n")),
    `// COMPLETE: ${tools} tools in ${groups.length} namespaces.`,
  );
});

/** An input with a fault, or nothing where the schema has no place for it. */
type Mutation = (input: Readonly<Record<string, unknown>>, schema: unknown) => unknown;

const WRONG: Readonly<Record<string, unknown>> = {
  string: 42,
  number: "text",
  integer: "text",
  boolean: "text",
  array: 42,
  object: 42,
};

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  "a missing property": (input, schema) => {
    const { required } = follow(schema, schema);
    const [name] = Array.isArray(required) ? required : [];
    if (name === undefined) return undefined;
    const { [name]: _, ...rest } = input;
    return rest;
  },
  "a wrong type": (input, schema) => {
    const { properties } = follow(schema, schema);
    const entry = Object.entries(isObject(properties) ? properties : {})
      .find(([, property]) => isObject(property) && String(property["type"]) in WRONG);
    if (entry === undefined) return undefined;
    const [name, property] = entry as [string, { readonly type: string }];
    return { ...input, [name]: WRONG[property.type] };
  },
  "an unknown property": (input, schema) =>
    follow(schema, schema)["additionalProperties"] === false
      ? { ...input, unheard_of: 1 }
      : undefined,
};

/** Calls that the checker has nothing against. */
function unnoticed(namespace: NamedNamespace, calls: readonly string[]): string[] {
  const missed: string[] = [];
  for (let from = 0; from < calls.length; from += TOLD) {
    const some = calls.slice(from, from + TOLD);
    const lines = new Set(check(namespace, some).diagnostics.map((one) => one.line));
    missed.push(...some.filter((_, index) => !lines.has(index + 1)));
  }
  return missed;
}

/** Calls that the tools' schemas accept; inputs whose texts have a pattern may not be among them. */
function validCalls(namespace: NamedNamespace, full: boolean): string[] {
  return namespace.tools.flatMap((named) => {
    const input = new Sampler(named.tool.inputSchema, full).sample();
    return isValid(named, input) ? [callOf(namespace, named.name, input)] : [];
  });
}

/** Calls with the fault; the validator must find it, too. */
function faultyCalls(namespace: NamedNamespace, mutate: Mutation): string[] {
  return namespace.tools.slice(0, FAULTY_TOOLS).flatMap((named) => {
    const { inputSchema } = named.tool;
    const input = new Sampler(inputSchema, false).sample();
    const mutated = mutate(input as Record<string, unknown>, inputSchema);
    if (mutated === undefined) return [];
    const call = callOf(namespace, named.name, mutated);
    assert.equal(isValid(named, mutated), false, call);
    return [call];
  });
}

for (const namespace of namespaces) {
  Deno.test(`${namespace.server}: valid programs are accepted, every fault is found`, () => {
    for (const full of [false, true]) {
      const { diagnostics } = check(namespace, validCalls(namespace, full));
      assert.deepEqual(diagnostics, []);
    }
    for (const [fault, mutate] of Object.entries(MUTATIONS)) {
      assert.deepEqual(unnoticed(namespace, faultyCalls(namespace, mutate)), [], fault);
    }
    const misspelt = namespace.tools.slice(0, FAULTY_TOOLS).map(({ name }) =>
      callOf(namespace, `${name}_z`, {})
    );
    assert.deepEqual(unnoticed(namespace, misspelt), []);
  });
}

Deno.test("the programs are many", () => {
  const count = (calls: (namespace: NamedNamespace) => readonly string[]) =>
    namespaces.reduce((sum, namespace) => sum + calls(namespace).length, 0);
  const tools = count(({ tools }) => tools.map(({ name }) => name));
  for (const full of [false, true]) {
    const valid = count((namespace) => validCalls(namespace, full));
    assert.ok(valid > 0.85 * tools, `${valid} of ${tools} inputs are valid`);
  }
  for (const [fault, mutate] of Object.entries(MUTATIONS)) {
    const faulty = count((namespace) => faultyCalls(namespace, mutate));
    assert.ok(faulty > 100, `${faulty} programs with ${fault}`);
  }
});
