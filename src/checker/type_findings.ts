/**
 * Turns the compiler's diagnostics into findings: drops those that are about taste or about the
 * module form, says the rest in terms of what was submitted, and adds suggestions.
 */

import { GRANTED_NAMES } from "./ambient.ts";
import type { ts, TypeScript } from "./compiler.ts";
import type { Finding } from "./finding.ts";
import type { GuestProgram } from "./project.ts";
import { likeness, nearestName } from "../base/nearest.ts";

/** Not faults of a program that is run once and thrown away. */
const DROPPED = new Set([
  1108, // return outside a function: the program is a function's body
  2683, // `this` without a type
  2306,
  2307,
  2792, // type-only imports of modules that are not there
  2869,
  2871,
  2872,
  2873, // always nullish or truthy
  7005,
  7006,
  7008,
  7010,
  7011,
  7013,
  7016,
  7017,
  7018,
  7019,
  7020,
  7022,
  7023,
  7024,
  7025,
  7027,
  7028,
  7029,
  7030,
  7031,
  7032,
  7033,
  7034,
  7041,
  7044,
  7045,
  7046,
  7047,
  7050,
  7051,
]);
const UNKNOWN_NAME = new Set([
  2304,
  2552,
  2503,
  2580,
  2581,
  2582,
  2583,
  2584,
  2591,
  2592,
  2593,
  2867,
  2868,
]);
const UNKNOWN_PROPERTY = new Set([2339, 2551, 2550, 7053]);
const UNKNOWN_KEY = new Set([2353, 2561]);

/** What to use instead of well-known globals of other hosts. */
const ABSENT_GLOBALS: ReadonlyMap<string, string> = new Map([
  ...["process", "Deno", "Bun", "module", "exports", "__dirname", "__filename"].map((name) =>
    [
      name,
      "The sandbox has no host API: inputs come in 'context', everything else through tools.",
    ] as const
  ),
  ...["window", "document", "localStorage", "sessionStorage", "navigator", "location"].map((name) =>
    [name, "The sandbox is not a browser: use the tools and standard globals."] as const
  ),
  ["Buffer", "Use Uint8Array, TextEncoder, TextDecoder, atob and btoa."],
]);

/** "Did you forget to use 'await'?", which the compiler says beside its message. */
const ABOUT_AWAIT = 2773;
const PROMISE_USED =
  /^(?:Type|Argument of type|Property '[^']{1,80}' does not exist on type) 'Promise</;
const FORGOTTEN_AWAIT = "It is a promise: did you forget 'await'?";

/** Property names a suggestion lists when none is near. */
const MAX_LISTED = 12;

/**
 * Findings made of one check. Few are shown, and each costs a walk through the file, so that making
 * all of a program that is nothing but faults would take minutes.
 */
const MAX_FINDINGS = 64;

/** The first {@link MAX_FINDINGS} findings for `diagnostics` of the guest file. */
export function toFindings(
  ts: TypeScript,
  guest: GuestProgram,
  diagnostics: readonly ts.Diagnostic[],
): Finding[] {
  const findings: Finding[] = [];
  for (const diagnostic of diagnostics) {
    if (findings.length === MAX_FINDINGS) break;
    const isFault = !DROPPED.has(diagnostic.code);
    const finding = isFault ? toFinding(ts, guest, diagnostic) : undefined;
    if (finding !== undefined) findings.push(finding);
  }
  return findings;
}

/** A diagnostic of the parser as a finding. */
export function toSyntaxFinding(ts: TypeScript, diagnostic: ts.Diagnostic): Finding {
  const start = diagnostic.start ?? 0;
  return {
    start,
    end: start + (diagnostic.length ?? 0),
    code: `TS${diagnostic.code}`,
    message: cleanMessage(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n")),
    severity: "error",
  };
}

function toFinding(
  ts: TypeScript,
  guest: GuestProgram,
  diagnostic: ts.Diagnostic,
): Finding | undefined {
  const given = withRemedy(diagnostic, toSyntaxFinding(ts, diagnostic));
  const node = nodeAt(ts, guest.file, given.start, given.end);
  if (node === undefined) return given;
  const base = withoutFarName(given, node.getText(guest.file));
  if (UNKNOWN_NAME.has(diagnostic.code)) return unknownName(guest, base, node.getText(guest.file));
  if (UNKNOWN_PROPERTY.has(diagnostic.code)) return unknownProperty(ts, guest, base, node);
  if (UNKNOWN_KEY.has(diagnostic.code)) return unknownKey(ts, guest, base, node);
  return base;
}

/** The finding with what is to be done about it, where the compiler knows. */
function withRemedy({ relatedInformation = [] }: ts.Diagnostic, finding: Finding): Finding {
  const isPromise = relatedInformation.some(({ code }) => code === ABOUT_AWAIT) ||
    PROMISE_USED.test(finding.message);
  return isPromise ? { ...finding, suggestion: FORGOTTEN_AWAIT } : splitSuggestion(finding);
}

function unknownName(guest: GuestProgram, base: Finding, name: string): Finding {
  const message = `Cannot find name '${name}'.`;
  const granted = GRANTED_NAMES.get(name);
  if (granted !== undefined) {
    const article = granted.kind === "env" ? "an" : "a";
    return {
      ...base,
      code: "CAPABILITY_MISSING",
      message:
        `${name} needs ${article} ${granted.kind} capability, which this program was not granted.`,
      suggestion: granted.remedy,
    };
  }
  const absent = ABSENT_GLOBALS.get(name);
  if (absent !== undefined) {
    const { replacement: _, ...rest } = base;
    return { ...rest, message, suggestion: absent };
  }
  const near = base.replacement ?? nearestName(name, guest.toolRoots);
  return { ...base, message, ...(near === undefined ? {} : meant(near)) };
}

function unknownProperty(
  ts: TypeScript,
  guest: GuestProgram,
  base: Finding,
  node: ts.Node,
): Finding | undefined {
  const holder = holderOf(ts, node);
  if (holder === undefined) return base.code === "TS7053" ? undefined : base;
  const { name, expression } = holder;
  const type = guest.program.getTypeChecker().getTypeAtLocation(expression);
  const names = type.getApparentProperties().map((property) => property.name);
  const near = base.replacement ??
    nearestName(name, names.filter((each) => !each.startsWith("__")));
  const owner = expression.getText(guest.file);
  const message = /^[\w$.]{1,80}$/.test(owner)
    ? `Property '${name}' does not exist on ${owner}.`
    : base.message;
  if (base.suggestion === FORGOTTEN_AWAIT) return { ...base, message };
  const hint = near === undefined ? listMembers(type) : meant(near);
  return { ...base, message, ...hint };
}

function holderOf(
  ts: TypeScript,
  node: ts.Node,
): { readonly name: string; readonly expression: ts.Expression } | undefined {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
    return { name: parent.name.text, expression: parent.expression };
  }
  const access = ts.isElementAccessExpression(node) ? node : parent;
  if (!ts.isElementAccessExpression(access)) return undefined;
  const key = access.argumentExpression;
  return ts.isStringLiteralLike(key)
    ? { name: key.text, expression: access.expression }
    : undefined;
}

function listMembers(type: ts.Type): Pick<Finding, "suggestion"> {
  const properties = type.getProperties();
  const ours = properties[0]?.declarations?.[0]?.getSourceFile().fileName === "/tools.d.ts";
  if (!ours) return {};
  const names = properties.map((property) => `'${property.name}'`);
  const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : "";
  return { suggestion: `It has ${names.slice(0, MAX_LISTED).join(", ")}${more}.` };
}

function unknownKey(ts: TypeScript, guest: GuestProgram, base: Finding, node: ts.Node): Finding {
  const literal = node.parent?.parent;
  if (base.suggestion !== undefined || !literal || !ts.isObjectLiteralExpression(literal)) {
    return base;
  }
  const type = guest.program.getTypeChecker().getContextualType(literal);
  if (type === undefined) return base;
  const near = nearestName(node.getText(guest.file), type.getProperties().map(({ name }) => name));
  return near === undefined ? { ...base, ...listMembers(type) } : { ...base, ...meant(near) };
}

function meant(name: string): Pick<Finding, "suggestion" | "replacement"> {
  return { suggestion: `Did you mean '${name}'?`, replacement: name };
}

/** Moves the compiler's own suggestion out of the message. */
function splitSuggestion(finding: Finding): Finding {
  const match = / Did you mean (?:to write )?'([^\n]+?)'\?/.exec(finding.message);
  if (match === null) return finding;
  const message = finding.message.replace(match[0], "");
  return { ...finding, message, ...meant(match[1] ?? "") };
}

/** The compiler counts letters only, and so suggests `create_entities` for `delete_entities`. */
function withoutFarName(finding: Finding, written: string): Finding {
  const { replacement, suggestion: _, ...rest } = finding;
  if (replacement === undefined || likeness(written, replacement) > 0) return finding;
  return rest;
}

/** Without names of files, and without advice about compiler settings. */
function cleanMessage(message: string): string {
  return message
    .replaceAll(/import\("[^"]*"\)\.?/g, "")
    .replaceAll(/['"]?\/(?:guest|tools|ambient|codemode|node_modules)[\w./-]*['"]?/g, "the program")
    .replaceAll(/ (?:Do you need to|Try `|Try changing|Consider (?:changing|setting))[^\n]*/g, "");
}

function nodeAt(
  ts: TypeScript,
  file: ts.SourceFile,
  start: number,
  end: number,
): ts.Node | undefined {
  let found: ts.Node | undefined;
  let current: ts.Node | undefined = file;
  while (current !== undefined) {
    const next: ts.Node | undefined = ts.forEachChild(
      current,
      (child) => child.pos <= start && child.end >= end ? child : undefined,
    );
    if (next !== undefined && next.getStart(file) === start && next.end === end) found = next;
    current = next;
  }
  return found;
}
