/**
 * Rewrites a program into the body of an async function that returns the program's value. Works on
 * the checked tree, so that every kept node maps to its submitted position.
 */

import type { ts, TypeScript } from "./compiler.ts";
import { type EntryPoint, findEntryPoint, type Use, useOf } from "./entry_point.ts";
import { unwrap } from "./syntax.ts";

/** Transformers for one emit: `before` makes the value, `after` drops what only a module may have. */
export function completionTransformers(ts: TypeScript): ts.CustomTransformers {
  return {
    before: [(context) => (file) => rewrite(ts, context, file)],
    after: [(context) => (file) => dropExports(ts, context, file)],
  };
}

function rewrite(
  ts: TypeScript,
  context: ts.TransformationContext,
  file: ts.SourceFile,
): ts.SourceFile {
  const entry = findEntryPoint(ts, file);
  const moved = entry.kind === "expression" || entry.kind === "nameless" ? entry.from : undefined;
  const replaced = entry.kind === "completion" ? entry.from : undefined;
  const statements = file.statements.flatMap((statement) => {
    if (statement === moved || ts.isExportAssignment(statement)) return [];
    if (statement === replaced) return completeStatement(ts, context, statement);
    return [withoutExport(ts, context.factory, statement)];
  });
  statements.push(...finalStatements(ts, context.factory, entry));
  return context.factory.updateSourceFile(file, statements);
}

function finalStatements(
  ts: TypeScript,
  factory: ts.NodeFactory,
  entry: EntryPoint,
): ts.Statement[] {
  switch (entry.kind) {
    case "expression":
      return [returning(ts, factory, callIfFunction(ts, factory, entry.expression), entry.from)];
    case "nameless": {
      const value = toExpression(ts, factory, entry.from);
      return [returning(ts, factory, callIfFunction(ts, factory, value), entry.from)];
    }
    case "name": {
      const name = factory.createIdentifier(entry.name.text);
      return [returning(ts, factory, applyUse(factory, name, entry.use), entry.name)];
    }
    default:
      return [];
  }
}

function returning(
  ts: TypeScript,
  factory: ts.NodeFactory,
  value: ts.Expression,
  from: ts.TextRange,
): ts.Statement {
  return ts.setTextRange(factory.createReturnStatement(value), from);
}

function callIfFunction(
  ts: TypeScript,
  factory: ts.NodeFactory,
  expression: ts.Expression,
): ts.Expression {
  const use = useOf(ts, unwrap(ts, expression));
  return use === undefined
    ? expression
    : ts.setTextRange(applyUse(factory, expression, use), expression);
}

function applyUse(factory: ts.NodeFactory, value: ts.Expression, use: Use): ts.Expression {
  if (use === "give") return value;
  const call = factory.createCallExpression(value, undefined, []);
  if (use === "call") return call;
  const collect = factory.createPropertyAccessExpression(
    factory.createIdentifier("Array"),
    "fromAsync",
  );
  return factory.createCallExpression(collect, undefined, [call]);
}

function toExpression(
  ts: TypeScript,
  factory: ts.NodeFactory,
  from: ts.FunctionDeclaration | ts.ClassDeclaration,
): ts.Expression {
  if (ts.isClassDeclaration(from)) {
    const { typeParameters, heritageClauses, members } = from;
    const value = factory.createClassExpression(
      [],
      undefined,
      typeParameters,
      heritageClauses,
      members,
    );
    return ts.setTextRange(value, from);
  }
  const { asteriskToken, typeParameters, parameters, body } = from;
  const modifiers = (ts.getModifiers(from) ?? [])
    .filter((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword);
  const value = factory.createFunctionExpression(
    modifiers,
    asteriskToken,
    undefined,
    typeParameters,
    parameters,
    undefined,
    body ?? factory.createBlock([]),
  );
  return ts.setTextRange(value, from);
}

function withoutExport(
  ts: TypeScript,
  factory: ts.NodeFactory,
  statement: ts.Statement,
): ts.Statement {
  if (!ts.canHaveModifiers(statement)) return statement;
  const all = statement.modifiers ?? [];
  const kept = all.filter((modifier) =>
    modifier.kind !== ts.SyntaxKind.ExportKeyword && modifier.kind !== ts.SyntaxKind.DefaultKeyword
  );
  return kept.length === all.length ? statement : ts.setTextRange(
    factory.replaceModifiers(statement as ts.FunctionDeclaration, kept as ts.Modifier[]),
    statement,
  );
}

function completeStatement(
  ts: TypeScript,
  context: ts.TransformationContext,
  statement: ts.Statement,
): ts.Statement[] {
  const { factory } = context;
  if (ts.isExpressionStatement(statement)) {
    return [returning(ts, factory, callIfFunction(ts, factory, statement.expression), statement)];
  }
  const value = factory.createUniqueName("completion");
  const assigned = assignValues(ts, context, value)(statement);
  if (assigned === statement) return [statement];
  const declaration = factory.createVariableDeclarationList(
    [factory.createVariableDeclaration(value)],
    ts.NodeFlags.Let,
  );
  return [
    factory.createVariableStatement(undefined, declaration),
    assigned,
    factory.createReturnStatement(value),
  ];
}

/** Gives a visitor that keeps the value of each expression statement it passes in `value`. */
function assignValues(
  ts: TypeScript,
  context: ts.TransformationContext,
  value: ts.Identifier,
): <Kept extends ts.Node>(node: Kept) => Kept {
  const { factory } = context;
  const reset = () =>
    factory.createExpressionStatement(factory.createAssignment(value, factory.createVoidZero()));
  const visit = (node: ts.Node): ts.Node => {
    if (ts.isExpressionStatement(node)) {
      const assignment = factory.createAssignment(value, node.expression);
      return factory.updateExpressionStatement(node, ts.setTextRange(assignment, node));
    }
    if (ts.isTryStatement(node)) {
      // The value of a finally block never counts.
      const { tryBlock, catchClause, finallyBlock } = node;
      const caught = catchClause && visit(catchClause) as ts.CatchClause;
      return factory.updateTryStatement(node, visit(tryBlock) as ts.Block, caught, finallyBlock);
    }
    if (ts.isCatchClause(node)) {
      const block = visit(node.block) as ts.Block;
      const fresh = factory.updateBlock(block, [reset(), ...block.statements]);
      return factory.updateCatchClause(node, node.variableDeclaration, fresh);
    }
    return holdsStatements(ts, node) ? ts.visitEachChild(node, visit, context) : node;
  };
  return <Kept extends ts.Node>(node: Kept) => visit(node) as Kept;
}

function holdsStatements(ts: TypeScript, node: ts.Node): boolean {
  return ts.isBlock(node) || ts.isIfStatement(node) || ts.isLabeledStatement(node) ||
    ts.isIterationStatement(node, false) || ts.isSwitchStatement(node) || ts.isCaseBlock(node) ||
    ts.isCaseOrDefaultClause(node);
}

function dropExports(
  ts: TypeScript,
  context: ts.TransformationContext,
  file: ts.SourceFile,
): ts.SourceFile {
  const kept = file.statements.filter((statement) => !ts.isExportDeclaration(statement));
  return context.factory.updateSourceFile(file, kept);
}
