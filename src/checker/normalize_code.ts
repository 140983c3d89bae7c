/**
 * Any accepted form of code as the source of an async arrow function, in plain JavaScript: what other
 * frameworks' executors expect. Checks no types and refuses nothing but what cannot be in a function.
 */

import { loadTypeScript, parseDiagnosticsOf, type ts, type TypeScript } from "./compiler.ts";
import { emitPlainBody } from "./emit.ts";
import { extractCode } from "./extract_code.ts";
import { createUntypedProject } from "./project.ts";
import { findRefusals } from "./refusals.ts";
import { isInert, walk } from "./syntax.ts";

/**
 * The source of an async arrow function that does what `code` says. Code that is an arrow function
 * stays as it is, but for types. Code that does not parse is put in a function unchanged, so that
 * evaluating it reports the fault; static imports become an error thrown when called.
 */
export function normalizeCode(code: string): string {
  const ts = loadTypeScript();
  try {
    return normalize(ts, extractCode(ts, code).text);
  } catch (_tooDeep) {
    return wrap(code.trim());
  }
}

function normalize(ts: TypeScript, text: string): string {
  if (text.trim() === "") return "async () => {}";
  const guest = createUntypedProject(ts, "").open(text, "typescript");
  if (parseDiagnosticsOf(guest.file).length > 0) return wrap(text.trim());
  const arrow = loneArrow(ts, guest.file);
  if (arrow !== undefined && !hasTypes(ts, arrow)) return text.trim();
  const [refusal] = findRefusals(ts, guest.file, () => false)
    .filter((each) => !/import\(\)/.test(each.message));
  if (refusal !== undefined) return wrap(`throw new Error(${JSON.stringify(refusal.message)});`);
  return wrap(emitPlainBody(ts, guest).code.trimEnd());
}

function wrap(body: string): string {
  return `async () => {\n${body}\n}`;
}

function loneArrow(ts: TypeScript, file: ts.SourceFile): ts.ArrowFunction | undefined {
  const [only, ...others] = file.statements.filter((statement) => !isInert(ts, statement));
  if (only === undefined || others.length > 0 || !ts.isExpressionStatement(only)) return undefined;
  return ts.isArrowFunction(only.expression) && file.statements.length === 1
    ? only.expression
    : undefined;
}

/** Whether anything in `node` is TypeScript rather than JavaScript. */
function hasTypes(ts: TypeScript, node: ts.Node): boolean {
  let found = false;
  walk(ts, node, (each) => {
    const typed = ts.isTypeNode(each) || ts.isTypeParameterDeclaration(each) ||
      ts.isNonNullExpression(each) || ts.isEnumDeclaration(each) || ts.isModuleDeclaration(each) ||
      ts.isTypeAliasDeclaration(each) || ts.isInterfaceDeclaration(each) ||
      (ts.isParameter(each) && each.questionToken !== undefined) || isTypeModifier(ts, each);
    found ||= typed && !ts.isExpressionWithTypeArguments(each);
    return !found;
  });
  return found;
}

function isTypeModifier(ts: TypeScript, node: ts.Node): boolean {
  const { kind } = node;
  return ts.isModifier(node) && kind !== ts.SyntaxKind.AsyncKeyword &&
    kind !== ts.SyntaxKind.StaticKeyword && kind !== ts.SyntaxKind.AccessorKeyword;
}
