/** Rules for tool calls against any input: a verdict, and never a way around a rule. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Tool } from "../../src/contract/mod.ts";
import {
  type Condition,
  conditionProblem,
  createPolicy,
  decide,
  DEFAULT_POLICY_SETTINGS,
  isAlwaysDenied,
  type ToolRule,
  type Verdict,
} from "../../src/policy/mod.ts";
import { mutated, property } from "./property.ts";

const TOOL: Tool = {
  server: "files",
  name: "write",
  description: "",
  inputSchema: { type: "object" },
  source: "mcp",
};

const PATHS = ["$", "$.path", "$.a", "$['a b']", "$[0]", "$.list[*].path", "$.*", "$[-1].a[*]"];
const PATH_SNIPPETS = [
  "$",
  ".",
  "..",
  "[",
  "]",
  "*",
  "'",
  '"',
  "\\",
  "-",
  "0",
  "?",
  "@",
  "99999999999",
  "__proto__",
];

const texts = fc.oneof(
  fc.constantFrom(
    "/srv/drafts",
    "/srv/drafts/../x",
    "/srv/drafts/a",
    "/srv/draftsx",
    "..",
    "",
    "101",
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
);

const conditions: fc.Arbitrary<Condition> = fc.tuple(
  fc.oneof(fc.constantFrom(...PATHS), mutated(PATHS, PATH_SNIPPETS)),
  fc.oneof<fc.Arbitrary<Omit<Condition, "path">>[]>(
    fc.record({ equals: fc.oneof(texts, fc.integer(), fc.constant(null), fc.boolean()) }),
    fc.record({ in: fc.array(texts, { maxLength: 3 }) }),
    fc.record({ startsWith: texts }),
    fc.record({ endsWith: texts }),
    fc.record({ matches: fc.constantFrom("^a", "x+$", "(a+)+$", "[", "\\d{2,}") }),
    fc.record({ within: fc.constantFrom("/srv/drafts", "/", "drafts") }),
    fc.record({ lessThan: fc.integer({ min: -10, max: 200 }) }),
    fc.record({ greaterThan: fc.integer({ min: -10, max: 200 }) }),
    fc.record({ absent: fc.boolean() }),
  ),
).map(([path, test]) => ({ path, ...test }));

const usable = conditions.filter((condition) => conditionProblem(condition) === undefined);
const verdicts = fc.constantFrom<Verdict>("allow", "deny", "approve");

const rules: fc.Arbitrary<ToolRule> = fc.record({
  tool: fc.constantFrom("files.write", "files.*", "*.write", "*", "other.*"),
  when: fc.array(usable, { maxLength: 2 }),
  verdict: verdicts,
});

const inputs = fc.oneof(
  fc.record({ path: fc.oneof(texts, fc.array(texts), fc.anything()), a: fc.anything() }, {
    requiredKeys: [],
  }),
  fc.record({ list: fc.array(fc.record({ path: texts })) }),
  fc.jsonValue(),
).map((value) => JSON.parse(JSON.stringify(value) ?? "null") as unknown);

Deno.test(
  ...property(
    "any condition is usable or has a fault that names it",
    conditions,
    3000,
    (condition) => {
      const problem = conditionProblem(condition);
      const settings = {
        ...DEFAULT_POLICY_SETTINGS,
        rules: [{ tool: "*", when: [condition], verdict: "deny" as const }],
      };
      if (problem === undefined) return void createPolicy(settings);
      assert.ok(problem.length > 5 && problem.length < 1000, problem);
      assert.throws(() => createPolicy(settings), TypeError);
    },
  ),
);

Deno.test(...property(
  "any input gets the same verdict twice, by the first rule that says so, and is not changed",
  fc.tuple(fc.array(rules, { maxLength: 4 }), verdicts, inputs),
  6000,
  ([rules, otherwise, input]) => {
    const policy = createPolicy({ ...DEFAULT_POLICY_SETTINGS, default: otherwise, rules });
    const before = JSON.stringify(input);
    const decision = decide(policy, TOOL, input);
    assert.deepEqual(decide(policy, TOOL, input), decision);
    assert.equal(JSON.stringify(input), before);
    const index = Number(/^rules\[(\d+)\]/.exec(decision.rule)?.[1] ?? -1);
    const { verdict } = rules[index] ?? { verdict: otherwise };
    assert.ok(decision.verdict === verdict || decision.verdict === "deny");
    if (isAlwaysDenied(policy, TOOL)) assert.equal(decision.verdict, "deny");
  },
));

Deno.test(...property(
  "what one rule denies stays denied beside any others, in whatever list it is wrapped",
  fc.tuple(usable, inputs),
  4000,
  ([condition, input]) => {
    const rule = { tool: "files.write", when: [condition], verdict: "allow" as const };
    const policy = createPolicy({ ...DEFAULT_POLICY_SETTINGS, default: "deny", rules: [rule] });
    if (decide(policy, TOOL, input).verdict === "allow") return;
    const list = { list: [{ path: "/srv/drafts/a" }, input] };
    const each = { ...rule, when: [{ ...condition, path: "$.list[*].path" }] };
    const both = createPolicy({ ...DEFAULT_POLICY_SETTINGS, default: "deny", rules: [each] });
    const alone = decide(both, TOOL, { list: [input] }).verdict;
    if (alone === "deny" && hasOwnPath(input)) {
      assert.equal(decide(both, TOOL, list).verdict, "deny");
    }
  },
));

Deno.test(...property(
  "what cannot be judged is no way past a rule that denies",
  fc.jsonValue(),
  2000,
  (value) => {
    const when = [{ path: "$.a", lessThan: 100 }];
    const rules = [{ tool: "*", when, verdict: "deny" as const }];
    const policy = createPolicy({ ...DEFAULT_POLICY_SETTINGS, default: "allow", rules });
    const { verdict } = decide(policy, TOOL, { a: value });
    const isPassed = value === null || (typeof value === "number" && value >= 100);
    assert.equal(verdict, isPassed ? "allow" : "deny", JSON.stringify(value));
  },
));

Deno.test(...property(
  "a text is within a folder only if it leads there",
  fc.array(fc.constantFrom("..", ".", "", "a", "srv", "drafts", "%2e%2e", "..."), { maxLength: 7 }),
  4000,
  (parts) => {
    const path = `/${parts.join("/")}`;
    const when = [{ path: "$.path", within: "/srv/drafts" }];
    const policy = createPolicy({
      ...DEFAULT_POLICY_SETTINGS,
      default: "deny",
      rules: [{ tool: "*", when, verdict: "allow" }],
    });
    const leads = parts.reduce<string[]>((seen, part) => {
      if (part === "..") return seen.slice(0, -1);
      return part === "" || part === "." ? seen : [...seen, part];
    }, []);
    const isInside = leads[0] === "srv" && leads[1] === "drafts";
    assert.equal(decide(policy, TOOL, { path }).verdict, isInside ? "allow" : "deny", path);
  },
));

function hasOwnPath(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "path") &&
    (value as { path: unknown }).path !== null;
}
