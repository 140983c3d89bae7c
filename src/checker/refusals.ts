/** Finds what no guest program gets: modules. A guest is a program without a module graph. */

import type { ts, TypeScript } from "./compiler.ts";
import type { Finding } from "./finding.ts";
import { walk } from "./syntax.ts";

const REMEDY = "Remove it: everything a program can use is already there, tools as " +
  "mcp.<server>.<tool>(input), inputs as context.";

/** Every place where `file` asks for a module. `isOutside` tells names it does not declare itself. */
export function findRefusals(
  ts: TypeScript,
  file: ts.SourceFile,
  isOutside: (name: ts.Identifier) => boolean,
): Finding[] {
  const findings: Finding[] = [];
  // SAFETY: a module in the graph is read whatever the permissions are.
  walk(ts, file, (node) => {
    const what = moduleRequest(ts, node, isOutside);
    if (what !== undefined) findings.push(refusal(node.getStart(file), node.end, what));
  });
  return findings;
}

function moduleRequest(
  ts: TypeScript,
  node: ts.Node,
  isOutside: (name: ts.Identifier) => boolean,
): string | undefined {
  if (ts.isImportDeclaration(node)) return isTypeOnlyImport(ts, node) ? undefined : "import";
  if (ts.isImportEqualsDeclaration(node)) {
    return ts.isExternalModuleReference(node.moduleReference) && !node.isTypeOnly
      ? "import"
      : undefined;
  }
  if (ts.isExportDeclaration(node)) {
    return node.moduleSpecifier && !node.isTypeOnly ? "export … from" : undefined;
  }
  if (ts.isExportAssignment(node)) return node.isExportEquals ? "export =" : undefined;
  if (ts.isMetaProperty(node)) {
    return node.keywordToken === ts.SyntaxKind.ImportKeyword ? "import.meta" : undefined;
  }
  if (!ts.isCallExpression(node)) return undefined;
  if (node.expression.kind === ts.SyntaxKind.ImportKeyword) return "import()";
  const { expression } = node;
  const requires = ts.isIdentifier(expression) && expression.text === "require";
  return requires && isOutside(expression) ? "require()" : undefined;
}

function isTypeOnlyImport(ts: TypeScript, node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  return clause.name === undefined && named !== undefined && ts.isNamedImports(named) &&
    named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}

function refusal(start: number, end: number, what: string): Finding {
  return {
    start,
    end,
    code: "IMPORT_REFUSED",
    severity: "error",
    message: `A program cannot load modules: ${what} is refused.`,
    suggestion: REMEDY,
  };
}
