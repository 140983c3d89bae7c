/**
 * Decides what a program's value is when it does not `return` it: its default export, the function it
 * consists of, or its last expression. Only looks; `completion.ts` rewrites.
 */

import type { ts, TypeScript } from "./compiler.ts";
import { hasModifier, isInert, unwrap, walk } from "./syntax.ts";

/** What gives the value. */
export type EntryPoint =
  /** Expression that is moved to the end: a default export. */
  | { readonly kind: "expression"; readonly expression: ts.Expression; readonly from: ts.Statement }
  /** Declaration without a name that is moved to the end: a default export. */
  | { readonly kind: "nameless"; readonly from: ts.FunctionDeclaration | ts.ClassDeclaration }
  /** Declaration that is called, or a class that is given. */
  | { readonly kind: "name"; readonly name: ts.Identifier; readonly use: Use }
  /** Statement whose completion value counts. */
  | { readonly kind: "completion"; readonly from: ts.Statement }
  | { readonly kind: "none" };

/** What is done with a function or class to get the value. */
export type Use = "call" | "collect" | "give";

/** The entry point of `file`. */
export function findEntryPoint(ts: TypeScript, file: ts.SourceFile): EntryPoint {
  return findDefaultExport(ts, file) ?? findLoneFunction(ts, file) ?? findCompletion(ts, file);
}

/** How the value comes out of `node`, when it is a function or class. */
export function useOf(ts: TypeScript, node: ts.Node): Use | undefined {
  if (ts.isClassLike(node)) return "give";
  if (ts.isArrowFunction(node)) return "call";
  if (!ts.isFunctionExpression(node) && !ts.isFunctionDeclaration(node)) return undefined;
  return node.asteriskToken === undefined ? "call" : "collect";
}

function findDefaultExport(ts: TypeScript, file: ts.SourceFile): EntryPoint | undefined {
  for (const from of file.statements) {
    if (ts.isExportAssignment(from) && !from.isExportEquals) return exported(ts, file, from);
    const declares = ts.isFunctionDeclaration(from) || ts.isClassDeclaration(from);
    if (!declares || !hasModifier(ts, from, ts.SyntaxKind.DefaultKeyword)) continue;
    if (from.name === undefined) return { kind: "nameless", from };
    return { kind: "name", name: from.name, use: useOf(ts, from) ?? "give" };
  }
  return undefined;
}

function exported(ts: TypeScript, file: ts.SourceFile, from: ts.ExportAssignment): EntryPoint {
  const inner = unwrap(ts, from.expression);
  const declared = ts.isIdentifier(inner) ? declarationNamed(ts, file, inner.text) : undefined;
  if (declared === undefined || !ts.isIdentifier(inner)) {
    return { kind: "expression", expression: from.expression, from };
  }
  return { kind: "name", name: inner, use: declared.use };
}

interface Declared {
  readonly name: ts.Identifier;
  readonly use: Use;
  readonly parameters: readonly ts.ParameterDeclaration[];
}

function declarationNamed(
  ts: TypeScript,
  file: ts.SourceFile,
  name: string,
): Declared | undefined {
  return file.statements.map((statement) => declaredBy(ts, statement))
    .find((declared) => declared?.name.text === name);
}

function declaredBy(ts: TypeScript, statement: ts.Statement): Declared | undefined {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
    const use = useOf(ts, statement);
    const parameters = ts.isFunctionDeclaration(statement) ? [...statement.parameters] : [];
    return statement.name && use ? { name: statement.name, use, parameters } : undefined;
  }
  if (!ts.isVariableStatement(statement)) return undefined;
  const [declaration, ...others] = statement.declarationList.declarations;
  if (!declaration?.initializer || others.length > 0) return undefined;
  const value = unwrap(ts, declaration.initializer);
  const use = useOf(ts, value);
  if (!use || !ts.isIdentifier(declaration.name)) return undefined;
  const parameters = ts.isFunctionLike(value) ? [...value.parameters] : [];
  return { name: declaration.name, use, parameters };
}

/** A program of declarations only does nothing; so its last function, which nobody names, is meant. */
function findLoneFunction(ts: TypeScript, file: ts.SourceFile): EntryPoint | undefined {
  const code = file.statements.filter((statement) => !isInert(ts, statement));
  const last = code.at(-1);
  if (last === undefined || !code.every((statement) => isDeclaration(ts, statement))) {
    return undefined;
  }
  const declared = declaredBy(ts, last);
  if (declared === undefined) return undefined;
  const { name, use, parameters } = declared;
  const meant = code.length === 1 ||
    (use !== "give" && !needsArguments(parameters) && !isNamedAgain(ts, file, name));
  return meant ? { kind: "name", name, use } : undefined;
}

function isDeclaration(ts: TypeScript, statement: ts.Statement): boolean {
  return ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) ||
    ts.isVariableStatement(statement) || ts.isEnumDeclaration(statement);
}

function needsArguments(parameters: readonly ts.ParameterDeclaration[]): boolean {
  return parameters.some((parameter) =>
    !parameter.initializer && !parameter.questionToken && !parameter.dotDotDotToken
  );
}

function isNamedAgain(ts: TypeScript, file: ts.SourceFile, name: ts.Identifier): boolean {
  let count = 0;
  walk(ts, file, (node) => {
    if (ts.isIdentifier(node) && node.text === name.text) count += 1;
  });
  return count > 1;
}

function findCompletion(ts: TypeScript, file: ts.SourceFile): EntryPoint {
  const valued = file.statements.filter((statement) =>
    !isInert(ts, statement) && !ts.isFunctionDeclaration(statement) &&
    !ts.isClassDeclaration(statement)
  );
  const from = valued.at(-1);
  const silent = from === undefined || ts.isVariableStatement(from) || ts.isReturnStatement(from) ||
    ts.isThrowStatement(from);
  return silent ? { kind: "none" } : { kind: "completion", from };
}
