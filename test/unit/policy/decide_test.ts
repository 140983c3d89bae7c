/** What becomes of a call: tables of rules, tools and inputs. */

import assert from "node:assert/strict";
import { MAX_MATCHED_LENGTH } from "../../../src/base/pattern_cost.ts";
import type { Tool, ToolAnnotations } from "../../../src/contract/mod.ts";
import {
  type Condition,
  createPolicy,
  decide,
  DEFAULT_POLICY_SETTINGS,
  isAlwaysDenied,
  type PolicySettings,
  type ToolRule,
} from "../../../src/policy/mod.ts";

function toolOf(path: string, annotations?: ToolAnnotations): Tool {
  const [server = "", name = ""] = path.split(".");
  return {
    server,
    name,
    description: "",
    inputSchema: { type: "object" },
    source: "mcp",
    ...(annotations === undefined ? {} : { annotations }),
  };
}

const WRITE = toolOf("filesystem.write_file");

function settings(some: Partial<PolicySettings>): PolicySettings {
  return { ...DEFAULT_POLICY_SETTINGS, ...some };
}

function policyOf(...rules: ToolRule[]) {
  return createPolicy(settings({ rules }));
}

/** The verdict of one rule with one condition, where the default is the opposite. */
function judged(verdict: "allow" | "deny", condition: Condition, input: unknown): string {
  const policy = createPolicy(settings({
    default: verdict === "allow" ? "approve" : "allow",
    rules: [{ tool: "*", when: [condition], verdict }],
  }));
  const { verdict: given, rule, reason } = decide(policy, WRITE, input);
  return rule.startsWith("rules[0]") ? `${given}: ${reason}` : "no rule";
}

Deno.test("a condition on a slice is one on each of its values", () => {
  const after: Condition = { path: "$.files[1:]", equals: "x" };
  assert.match(judged("deny", after, { files: ["a", "b", "x"] }), /^deny: /);
  assert.equal(judged("deny", after, { files: ["x", "b"] }), "no rule");
  assert.equal(judged("allow", after, { files: ["a", "x", "b"] }), "no rule");
});

Deno.test("without rules everything that is granted is allowed", () => {
  assert.deepEqual(decide(createPolicy(), WRITE, {}), {
    verdict: "allow",
    rule: "destructive",
    reason: "it is allowed",
  });
});

Deno.test("the first rule that holds decides, and says so", () => {
  const policy = policyOf(
    { tool: "memory.*", verdict: "deny" },
    {
      tool: "filesystem.write_*",
      when: [{ path: "$.path", within: "/data" }],
      verdict: "allow",
      reason: "ours",
    },
    { tool: "filesystem.write_*", verdict: "approve", reason: "writes are looked at" },
    { tool: "*", verdict: "deny", reason: "never reached by writes" },
  );
  assert.deepEqual(decide(policy, WRITE, { path: "/data/a" }), {
    verdict: "allow",
    rule: "rules[1] filesystem.write_*",
    reason: "ours",
  });
  assert.deepEqual(decide(policy, WRITE, { path: "/etc/a" }), {
    verdict: "approve",
    rule: "rules[2] filesystem.write_*",
    reason: "writes are looked at",
  });
  assert.equal(decide(policy, toolOf("filesystem.read"), {}).rule, "rules[3] *");
});

Deno.test("all conditions of a rule must hold", () => {
  const when = [{ path: "$.a", equals: 1 }, { path: "$.b", equals: 2 }];
  const policy = policyOf({ tool: "*", when, verdict: "deny" });
  const verdicts = [{ a: 1, b: 2 }, { a: 1, b: 3 }, { a: 0, b: 2 }, { a: 1 }, {}]
    .map((input) => decide(policy, WRITE, input).verdict);
  assert.deepEqual(verdicts, ["deny", "allow", "allow", "allow", "allow"]);
});

Deno.test("a rule that cannot be judged but does not hold anyway is passed over", () => {
  const when = [{ path: "$.a", startsWith: "x" }, { path: "$.b", equals: 2 }];
  const policy = policyOf({ tool: "*", when, verdict: "allow" }, { tool: "*", verdict: "approve" });
  assert.equal(decide(policy, WRITE, { a: ["x"], b: 3 }).verdict, "approve");
  assert.deepEqual(decide(policy, WRITE, { a: ["x"], b: 2 }), {
    verdict: "deny",
    rule: "rules[0] *",
    reason: "$.a cannot be judged: it is a list, not text",
  });
});

const TEXTS: readonly [Condition, unknown, boolean][] = [
  [{ path: "$.v", equals: "a" }, "a", true],
  [{ path: "$.v", equals: "a" }, "b", false],
  [{ path: "$.v", equals: "a" }, null, false],
  [{ path: "$.v", equals: null }, null, true],
  [{ path: "$.v", equals: null }, "a", false],
  [{ path: "$.v", equals: true }, true, true],
  [{ path: "$.v", equals: 0 }, 0, true],
  [{ path: "$.v", in: ["a", 1] }, 1, true],
  [{ path: "$.v", in: ["a", 1] }, 2, false],
  [{ path: "$.v", startsWith: "/etc" }, "/etc/passwd", true],
  [{ path: "$.v", startsWith: "/etc" }, "/home", false],
  [{ path: "$.v", startsWith: "/etc" }, null, false],
  [{ path: "$.v", endsWith: ".md" }, "a.md", true],
  [{ path: "$.v", endsWith: ".md" }, "a.mdx", false],
  [{ path: "$.v", matches: "^a+$" }, "aaa", true],
  [{ path: "$.v", matches: "^a+$" }, "aab", false],
  [{ path: "$.v", matches: "^a+$" }, null, false],
  [{ path: "$.v", lessThan: 5 }, 4, true],
  [{ path: "$.v", lessThan: 5 }, 5, false],
  [{ path: "$.v", greaterThan: 5 }, 6, true],
  [{ path: "$.v", greaterThan: 5 }, null, false],
  [{ path: "$.v", within: "/data" }, "/data", true],
  [{ path: "$.v", within: "/data/" }, "/data/x/../y", true],
  [{ path: "$.v", within: "/data" }, "/data/../etc/passwd", false],
  [{ path: "$.v", within: "/data" }, "/database", false],
  [{ path: "$.v", within: "/" }, "/etc", true],
  [{ path: "$.v", within: "/data" }, null, false],
];

for (const [condition, value, fits] of TEXTS) {
  const { path: _, ...test } = condition;
  Deno.test(`${JSON.stringify(test)} and ${JSON.stringify(value)}: ${fits}`, () => {
    const rule = (verdict: "allow" | "deny") => fits ? `${verdict}: it is ` : "no rule";
    assert.ok(judged("allow", condition, { v: value }).startsWith(rule("allow")));
    assert.ok(judged("deny", condition, { v: value }).startsWith(rule("deny")));
  });
}

const UNJUDGED: readonly [Condition, unknown, string][] = [
  [{ path: "$.v", equals: "a" }, ["a"], "it is a list, not string"],
  [{ path: "$.v", equals: 5 }, "5", "it is a text, not number"],
  [{ path: "$.v", in: ["a", 1] }, { a: 1 }, "it is an object, not string or number"],
  [{ path: "$.v", startsWith: "/etc" }, 5, "it is a number, not text"],
  [{ path: "$.v", endsWith: "a" }, true, "it is a boolean, not text"],
  [{ path: "$.v", matches: "a" }, ["a"], "it is a list, not text"],
  [
    { path: "$.v", matches: "a" },
    "a".repeat(MAX_MATCHED_LENGTH + 1),
    "it has more than 4096 characters",
  ],
  [{ path: "$.v", lessThan: 5 }, "1e9", "it is a text, not number"],
  [{ path: "$.v", within: "/data" }, "../x", "it is no absolute path"],
  [{ path: "$.v", within: "/data" }, "~/x", "it is no absolute path"],
  [{ path: "$.v", within: "/data" }, ["/data"], "it is a list, not path"],
  [
    { path: "$.v", within: "/data" },
    "/data/\0",
    "it has characters that servers read differently",
  ],
  [
    { path: "$.v", within: "/data" },
    "/data\\..\\x",
    "it has characters that servers read differently",
  ],
  [
    { path: "$.v", within: "/data" },
    `/data/${"a".repeat(MAX_MATCHED_LENGTH)}`,
    "it has more than 4096 characters",
  ],
];

for (const [condition, value, why] of UNJUDGED) {
  const { path: _, ...test } = condition;
  const shown = JSON.stringify(value).slice(0, 30);
  Deno.test(`${JSON.stringify(test)} and ${shown} cannot be judged, so it is denied`, () => {
    for (const verdict of ["allow", "deny"] as const) {
      assert.equal(
        judged(verdict, condition, { v: value }),
        `deny: $.v cannot be judged: ${why}`,
      );
    }
  });
}

Deno.test("a missing path does not hold, except for absent", () => {
  for (const input of [{}, { other: 1 }, null, [], "text"]) {
    assert.equal(judged("deny", { path: "$.v", equals: "a" }, input), "no rule");
    assert.equal(judged("deny", { path: "$.v", absent: true }, input), "deny: it is denied");
    assert.equal(judged("deny", { path: "$.v", absent: false }, input), "no rule");
  }
  assert.equal(judged("deny", { path: "$.v", absent: false }, { v: null }), "deny: it is denied");
  assert.equal(judged("deny", { path: "$.v", absent: true }, { v: null }), "no rule");
});

Deno.test("of several values all must fit to allow, and one is enough to deny", () => {
  const condition = { path: "$.paths[*]", within: "/data" };
  const cases: [unknown[], string, string][] = [
    [["/data/a", "/data/b"], "allow: it is allowed", "deny: it is denied"],
    [["/data/a", "/etc/b"], "no rule", "deny: it is denied"],
    [["/etc/a", "/etc/b"], "no rule", "no rule"],
    [[], "no rule", "no rule"],
    [
      ["/data/a", 5],
      "deny: $.paths[*] cannot be judged: it is a number, not path",
      "deny: it is denied",
    ],
    [["/etc/a", 5], "no rule", "deny: $.paths[*] cannot be judged: it is a number, not path"],
  ];
  for (const [paths, toAllow, toDeny] of cases) {
    assert.equal(judged("allow", condition, { paths }), toAllow, JSON.stringify(paths));
    assert.equal(judged("deny", condition, { paths }), toDeny, JSON.stringify(paths));
  }
});

Deno.test("hostile inputs: inherited names are not there, own ones are names like any other", () => {
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    assert.equal(judged("deny", { path: `$.${name}`, absent: false }, {}), "no rule", name);
    const own = JSON.parse(`{"${name}": "x"}`);
    assert.equal(judged("deny", { path: `$.${name}`, equals: "x" }, own), "deny: it is denied");
  }
  const polluting = JSON.parse('{"__proto__": {"path": "/data/a"}}');
  assert.equal(judged("allow", { path: "$.path", within: "/data" }, polluting), "no rule");
  assert.equal(judged("deny", { path: "$.length", absent: false }, [1]), "no rule");
});

Deno.test("hostile inputs: deep, wide and long ones are bounded", () => {
  let deep: unknown = "end";
  for (let level = 0; level < 200_000; level += 1) deep = { a: deep };
  assert.equal(judged("deny", { path: "$.a.a.b", absent: false }, deep), "no rule");
  const wide = { v: Array.from({ length: 100_000 }, () => "a") };
  const tooMany = "deny: $.v[*] cannot be judged: there are too many values";
  assert.equal(judged("deny", { path: "$.v[*]", equals: "b" }, wide), tooMany);
  assert.equal(judged("allow", { path: "$.v[*]", equals: "a" }, wide), tooMany);
  // 10 000 texts of 4096 characters against a costly pattern: the budget ends it.
  const long = { v: Array.from({ length: 10_000 }, () => " ".repeat(MAX_MATCHED_LENGTH)) };
  assert.equal(judged("deny", { path: "$.v[*]", matches: "\\s+x" }, long), tooMany);
  assert.equal(judged("deny", { path: "$.v", equals: "a" }, { v: "a".repeat(1e6) }), "no rule");
});

Deno.test("hints relax only where the operator trusts the server, and count as the protocol says", () => {
  const asked = (annotations: ToolAnnotations | undefined, trusted: string[], source = "mcp") => {
    const policy = createPolicy(settings({
      default: "approve",
      destructive: "deny",
      trustAnnotations: trusted,
    }));
    const tool = { ...toolOf("memory.x", annotations), source: source as "mcp" | "native" };
    const { verdict, rule } = decide(policy, tool, {});
    return `${verdict} ${rule}`;
  };
  assert.equal(asked({ readOnlyHint: true }, []), "deny destructive");
  assert.equal(asked({ readOnlyHint: true }, ["other"]), "deny destructive");
  assert.equal(asked({ readOnlyHint: true }, ["memory"]), "allow readOnly");
  assert.equal(asked({ readOnlyHint: true }, ["*"]), "allow readOnly");
  assert.equal(asked({ readOnlyHint: true }, [], "native"), "allow readOnly");
  assert.equal(asked({ destructiveHint: false }, []), "deny destructive");
  assert.equal(asked({ destructiveHint: false }, ["memory"]), "approve default");
  assert.equal(asked({ destructiveHint: true }, ["memory"]), "deny destructive");
  assert.equal(asked({}, ["memory"]), "deny destructive");
  assert.equal(asked(undefined, ["memory"]), "deny destructive");
});

Deno.test("destructive tools follow the default where nothing is said of them", () => {
  const policy = createPolicy(settings({ default: "approve" }));
  assert.equal(decide(policy, WRITE, {}).verdict, "approve");
});

Deno.test("rules by annotation", () => {
  const verdictOf = (
    annotation: NonNullable<ToolRule["annotation"]>,
    hints: ToolAnnotations,
    trusted: string[],
  ) =>
    decide(
      createPolicy(settings({
        trustAnnotations: trusted,
        rules: [{ tool: "*", annotation, verdict: "deny" }],
      })),
      toolOf("memory.x", hints),
      {},
    ).verdict;
  assert.equal(verdictOf("openWorld", { openWorldHint: false }, []), "deny");
  assert.equal(verdictOf("openWorld", { openWorldHint: false }, ["memory"]), "allow");
  assert.equal(verdictOf("idempotent", { idempotentHint: true }, []), "allow");
  assert.equal(verdictOf("idempotent", { idempotentHint: true }, ["memory"]), "deny");
  assert.equal(verdictOf("readOnly", { readOnlyHint: true }, ["memory"]), "deny");
  assert.equal(verdictOf("destructive", { readOnlyHint: true }, ["memory"]), "allow");
  assert.equal(verdictOf("destructive", {}, ["memory"]), "deny");
});

Deno.test("tools that are denied whatever their input need not be shown", () => {
  const deny: ToolRule = { tool: "filesystem.*", verdict: "deny" };
  const when = [{ path: "$.a", equals: 1 }];
  const hidden = (some: Partial<PolicySettings>) =>
    isAlwaysDenied(createPolicy(settings(some)), WRITE);
  assert.equal(hidden({}), false);
  assert.equal(hidden({ rules: [deny] }), true);
  assert.equal(hidden({ rules: [{ ...deny, when }] }), false);
  assert.equal(hidden({ rules: [{ ...deny, when }, deny] }), true);
  assert.equal(hidden({ rules: [{ ...deny, verdict: "allow", when }, deny] }), false);
  assert.equal(hidden({ rules: [{ ...deny, verdict: "approve" }, deny] }), false);
  assert.equal(hidden({ rules: [{ tool: "memory.*", verdict: "deny" }] }), false);
  assert.equal(hidden({ default: "deny" }), true);
  assert.equal(hidden({ default: "deny", rules: [{ ...deny, verdict: "allow" }] }), false);
  assert.equal(hidden({ default: "allow", destructive: "deny" }), true);
});

Deno.test("a condition that cannot work stops the start", () => {
  const faults: [Condition, string][] = [
    [{ path: "path", equals: 1 }, '"path" is no path such as'],
    [{ path: "$..a", equals: 1 }, '"$..a" is no path such as'],
    [{ path: "$.a" }, "this has none"],
    [{ path: "$.a", equals: 1, lessThan: 2 }, "this has equals and lessThan"],
    [{ path: "$.a", matches: "(a+)+$" }, '"(a+)+$" can take too long'],
    [{ path: "$.a", matches: "(?:" }, "is no regular expression"],
    [{ path: "$.a", matches: "a{2,1}" }, "is no regular expression"],
    [{ path: "$.a", within: "data" }, '"data" is no absolute path'],
  ];
  for (const [condition, told] of faults) {
    assert.throws(
      () => policyOf({ tool: "*", when: [condition], verdict: "deny" }),
      (error) => error instanceof TypeError && error.message.includes(told),
      JSON.stringify(condition),
    );
  }
});
