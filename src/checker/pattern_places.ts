/**
 * Gives declarations that take values apart a place of their own: one of the engines remembers no place
 * for them, so what goes wrong there would be told of the line before. It does for any statement that
 * is an expression, so an empty one is put in front, which maps to the pattern.
 */

import type { ts, TypeScript } from "./compiler.ts";

/** What every declared pattern has: its end, and a value or a type after it. */
const PATTERN_END = /[\]}]\s*(?:=|:)/;

/** The transformer. */
export function placePatterns(
  ts: TypeScript,
  context: ts.TransformationContext,
  file: ts.SourceFile,
): ts.SourceFile {
  // Most texts declare none and need no walk.
  if (!PATTERN_END.test(file.text)) return file;
  const visit = (node: ts.Node): ts.Node | ts.Node[] => {
    const visited = ts.visitEachChild(node, visit, context);
    const pattern = ts.isVariableStatement(node) ? patternOf(ts, node) : undefined;
    return pattern === undefined ? visited : [placeOf(ts, context.factory, pattern), visited];
  };
  return ts.visitEachChild(file, visit, context);
}

function patternOf(ts: TypeScript, statement: ts.VariableStatement): ts.BindingPattern | undefined {
  const names = statement.declarationList.declarations.map(({ name }) => name);
  return names.find((name) => !ts.isIdentifier(name));
}

function placeOf(ts: TypeScript, factory: ts.NodeFactory, pattern: ts.Node): ts.Statement {
  const nothing = factory.createExpressionStatement(factory.createNumericLiteral(0));
  return ts.setSourceMapRange(nothing, pattern);
}
