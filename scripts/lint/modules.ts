/**
 * Rules about the shape of a module: no default export, no enum, no state and no action at import.
 */

import { floorPlan, fromRoot, placeOf } from "./place.ts";

const nothing: Deno.lint.LintVisitor = {};

/** `house/no-default-export`: a thing has one name everywhere; only lint plugins must have one. */
const noDefaultExport: Deno.lint.Rule = {
  create(context) {
    if (fromRoot(context.filename).startsWith("scripts/lint/")) return nothing;
    return {
      ExportDefaultDeclaration(node) {
        context.report({ node, message: "Cannot export a default: export it by its name" });
      },
    };
  },
};

/** `house/no-enum`: sets of names are unions of strings. */
const noEnum: Deno.lint.Rule = {
  create(context) {
    return {
      TSEnumDeclaration(node) {
        const message = `Cannot declare the enum "${node.id.name}": use a union of strings`;
        context.report({ node, message });
      },
    };
  },
};

/** `house/no-module-state`: what changes lives in an object that somebody constructs. */
const noModuleState: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(fromRoot(context.filename));
    const inHouse = place.kind === "room" || place.kind === "roof";
    if (!inHouse || floorPlan.entries.includes(place.path)) return nothing;
    return {
      Program(program) {
        for (const statement of program.body) judgeState(context, statement);
      },
    };
  },
};

function judgeState(context: Deno.lint.RuleContext, statement: Deno.lint.Statement): void {
  const declared: Deno.lint.Node | null = statement.type === "ExportNamedDeclaration"
    ? statement.declaration
    : statement;
  if (declared?.type === "VariableDeclaration" && declared.kind !== "const") {
    context.report({
      node: declared,
      message: "Cannot keep state in a module: put it into an object",
    });
  }
  if (statement.type === "ExpressionStatement" && !isFreeze(statement.expression)) {
    context.report({ node: statement, message: "Cannot act on import: export a function instead" });
  }
}

function isFreeze(node: Deno.lint.Expression): boolean {
  return node.type === "CallExpression" && node.callee.type === "MemberExpression" &&
    node.callee.object.type === "Identifier" && node.callee.object.name === "Object" &&
    node.callee.property.type === "Identifier" && node.callee.property.name === "freeze";
}

export const modules: Readonly<Record<string, Deno.lint.Rule>> = {
  "no-default-export": noDefaultExport,
  "no-enum": noEnum,
  "no-module-state": noModuleState,
};
