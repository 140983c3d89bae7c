/**
 * Rules about tests: nothing is switched off, and unit tests wait on fake clocks, not on real time.
 */

import { fromRoot, placeOf } from "./place.ts";

const nothing: Deno.lint.LintVisitor = {};
const SWITCHES = new Set(["ignore", "only", "skip"]);
const SANITIZERS = new Set(["sanitizeOps", "sanitizeResources", "sanitizeExit"]);

function nameOf(node: Deno.lint.Node): string {
  return node.type === "Identifier" ? node.name : "";
}

function isTestCall(node: Deno.lint.Node): boolean {
  if (node.type !== "MemberExpression") return false;
  const owner = node.object.type === "MemberExpression" ? node.object.property : node.object;
  return ["test", "step", "it", "describe"].includes(nameOf(owner));
}

/** `house/no-muted-test`: a known failure is data that must fail, never a test that does not run. */
const noMutedTest: Deno.lint.Rule = {
  create(context) {
    if (placeOf(fromRoot(context.filename)).kind !== "test") return nothing;
    return {
      MemberExpression(node) {
        const name = nameOf(node.property);
        if (!SWITCHES.has(name) || !isTestCall(node)) return;
        context.report({ node, message: `Cannot mute a test with "${name}": every test runs` });
      },
      Property(node) {
        const name = nameOf(node.key);
        const value = node.value.type === "Literal" ? node.value.value : undefined;
        const muted = SANITIZERS.has(name) ? value === false : name === "ignore" && value === true;
        if (muted) {
          context.report({ node, message: `Cannot mute a test with "${name}": every test runs` });
        }
      },
    };
  },
};

/** `house/no-real-time`: a unit test that sleeps is slow when it passes and random when it fails. */
const noRealTime: Deno.lint.Rule = {
  create(context) {
    if (!fromRoot(context.filename).startsWith("test/unit/")) return nothing;
    return {
      CallExpression(node) {
        const name = nameOf(node.callee);
        if (name !== "setTimeout" && name !== "setInterval") return;
        context.report({
          node,
          message: `Cannot wait with "${name}" in a unit test: use a fake clock`,
        });
      },
    };
  },
};

export const tests: Readonly<Record<string, Deno.lint.Rule>> = {
  "no-muted-test": noMutedTest,
  "no-real-time": noRealTime,
};
