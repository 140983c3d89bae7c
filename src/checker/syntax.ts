/** Small questions about syntax trees that more than one file of this room asks. */

import type { ts, TypeScript } from "./compiler.ts";

/** `expression` without parentheses and type-only wrappers around it. */
export function unwrap(ts: TypeScript, expression: ts.Expression): ts.Expression {
  let inner = expression;
  while (
    ts.isParenthesizedExpression(inner) || ts.isAsExpression(inner) ||
    ts.isSatisfiesExpression(inner) || ts.isNonNullExpression(inner)
  ) inner = inner.expression;
  return inner;
}

/** Visits `node` and everything in it, except what `visit` answers `false` for. */
export function walk(
  ts: TypeScript,
  node: ts.Node,
  visit: (node: ts.Node) => boolean | void,
): void {
  const pending: ts.Node[] = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (visit(next) === false) continue;
    const children: ts.Node[] = [];
    ts.forEachChild(next, (child) => void children.push(child));
    pending.push(...children.reverse());
  }
}

/** Whether something in `root` lies more than `limit` nodes deep. */
export function isDeeperThan(ts: TypeScript, root: ts.Node, limit: number): boolean {
  let level: ts.Node[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    const next: ts.Node[] = [];
    for (const node of level) ts.forEachChild(node, (child) => void next.push(child));
    level = next;
  }
  return false;
}

/** `return` statements of the program itself, not of functions in it. */
export function topLevelReturns(ts: TypeScript, file: ts.SourceFile): ts.ReturnStatement[] {
  const found: ts.ReturnStatement[] = [];
  walk(ts, file, (node) => {
    if (ts.isReturnStatement(node)) found.push(node);
    return !ts.isFunctionLike(node) && !ts.isClassLike(node) && !ts.isExpression(node);
  });
  return found;
}

/** Whether `statement` exists for types only, or does nothing. */
export function isInert(ts: TypeScript, statement: ts.Statement): boolean {
  return ts.isEmptyStatement(statement) || ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) || ts.isImportDeclaration(statement) ||
    ts.isExportDeclaration(statement) || hasModifier(ts, statement, ts.SyntaxKind.DeclareKeyword);
}

/** Whether `node` carries the modifier `kind`. */
export function hasModifier(ts: TypeScript, node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === kind);
}
