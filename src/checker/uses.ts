/** Which tools and globals a program names, from its tree and its names' declarations. */

import type { Uses } from "./check_request.ts";
import type { ts, TypeScript } from "./compiler.ts";
import type { GuestProgram } from "./project.ts";
import { unwrap, walk } from "./syntax.ts";

/** Aliases followed from a name to what it stands for (`const m = mcp.memory`). */
const MAX_ALIASES = 8;
/** Names kept of each kind. */
const MAX_USES = 1000;

/** Tells whether a name is declared outside the guest file. */
export function createScope(
  ts: TypeScript,
  { program, file }: GuestProgram,
): {
  symbolOf(name: ts.Identifier): ts.Symbol | undefined;
  isOutside(name: ts.Identifier): boolean;
} {
  const checker = program.getTypeChecker();
  const symbolOf = (name: ts.Identifier) =>
    ts.isShorthandPropertyAssignment(name.parent)
      ? checker.getShorthandAssignmentValueSymbol(name.parent)
      : checker.getSymbolAtLocation(name);
  return {
    symbolOf,
    isOutside: (name) =>
      !(symbolOf(name)?.declarations ?? []).some((declared) => declared.getSourceFile() === file),
  };
}

/** The tools and globals named in the program. */
export function findUses(ts: TypeScript, guest: GuestProgram): Uses {
  const scope = createScope(ts, guest);
  const tools = new Set<string>();
  const globals = new Set<string>();
  walk(ts, guest.file, (node) => {
    if (ts.isTypeNode(node)) return false;
    const path = pathOf(ts, scope, node, MAX_ALIASES);
    if (path === undefined) return;
    const tool = toolOf(path, guest.toolRoots) ?? calledByName(ts, node, path);
    if (tool !== undefined) tools.add(tool);
    else if (path.length === 1 && ts.isIdentifier(node) && isPlainGlobal(path[0], guest)) {
      globals.add(node.text);
    }
  });
  return { tools: listed(tools), globals: listed(globals) };
}

function listed(names: ReadonlySet<string>): readonly string[] {
  return [...names].toSorted().slice(0, MAX_USES);
}

function isPlainGlobal(name: string | undefined, { toolRoots }: GuestProgram): boolean {
  return name !== undefined && name !== "undefined" && name !== "arguments" && name !== "mcp" &&
    (name === "codemode" || !toolRoots.has(name));
}

/** `mcp.a.b` and `a.b` are the tool `a.b`. */
function toolOf(path: readonly string[], roots: ReadonlySet<string>): string | undefined {
  const [root, ...rest] = path[0] === "globalThis" ? path.slice(1) : path;
  if (root === undefined) return undefined;
  if (root === "mcp") return rest.length >= 2 ? `${rest[0]}.${rest[1]}` : undefined;
  return roots.has(root) && rest.length >= 1 ? `${root}.${rest[0]}` : undefined;
}

function calledByName(ts: TypeScript, node: ts.Node, path: readonly string[]): string | undefined {
  if (path.join(".") !== "codemode.call" || !ts.isCallExpression(node.parent)) return undefined;
  const [name] = node.parent.arguments;
  return name && ts.isStringLiteralLike(name) ? name.text : undefined;
}

type Scope = ReturnType<typeof createScope>;

/** Property names from a global down to `node`, through constant aliases. */
function pathOf(
  ts: TypeScript,
  scope: Scope,
  node: ts.Node,
  aliasesLeft: number,
): readonly string[] | undefined {
  const names: string[] = [];
  let current = node;
  while (ts.isPropertyAccessExpression(current) || ts.isElementAccessExpression(current)) {
    const name = ts.isPropertyAccessExpression(current) ? current.name : current.argumentExpression;
    if (!ts.isIdentifier(name) && !ts.isStringLiteralLike(name)) return undefined;
    if (ts.isElementAccessExpression(current) && ts.isIdentifier(name)) return undefined;
    names.unshift(name.text);
    current = unwrap(ts, current.expression);
  }
  if (!ts.isIdentifier(current)) {
    return ts.isBindingElement(node) ? boundPath(ts, scope, node, aliasesLeft) : undefined;
  }
  const root = rootPath(ts, scope, current, aliasesLeft);
  return root && [...root, ...names];
}

function rootPath(
  ts: TypeScript,
  scope: Scope,
  name: ts.Identifier,
  aliasesLeft: number,
): readonly string[] | undefined {
  if (!isReference(ts, name)) return undefined;
  if (scope.isOutside(name)) return [name.text];
  const declared = scope.symbolOf(name)?.valueDeclaration;
  if (declared === undefined || aliasesLeft === 0) return undefined;
  if (ts.isBindingElement(declared)) return boundPath(ts, scope, declared, aliasesLeft - 1);
  if (!ts.isVariableDeclaration(declared) || !declared.initializer) return undefined;
  return pathOf(ts, scope, unwrap(ts, declared.initializer), aliasesLeft - 1);
}

function boundPath(
  ts: TypeScript,
  scope: Scope,
  element: ts.BindingElement,
  aliasesLeft: number,
): readonly string[] | undefined {
  const name = element.propertyName ?? element.name;
  const holder = element.parent.parent;
  if (aliasesLeft === 0 || !(ts.isIdentifier(name) || ts.isStringLiteralLike(name))) {
    return undefined;
  }
  if (element.dotDotDotToken || ts.isParameter(holder)) return undefined;
  const parent = ts.isBindingElement(holder)
    ? boundPath(ts, scope, holder, aliasesLeft - 1)
    : holder.initializer && pathOf(ts, scope, unwrap(ts, holder.initializer), aliasesLeft - 1);
  return parent && [...parent, name.text];
}

/** Whether `name` reads a variable, rather than being the name of a property or a declaration. */
function isReference(ts: TypeScript, name: ts.Identifier): boolean {
  const { parent } = name;
  if (ts.isPropertyAccessExpression(parent)) return parent.name !== name;
  if (ts.isPropertyAssignment(parent)) return parent.name !== name;
  if (ts.isBindingElement(parent)) return parent.initializer === name;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) {
    return parent.initializer === name;
  }
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
  if (ts.isPropertyDeclaration(parent)) return parent.initializer === name;
  if (ts.isEnumMember(parent)) return parent.initializer === name;
  return !ts.isMethodDeclaration(parent) && !ts.isFunctionLike(parent) ||
    ts.isArrowFunction(parent);
}
