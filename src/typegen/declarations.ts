/**
 * The declarations of everything a program may call, as one TypeScript script. The same tools give
 * the same text and hash, in whatever order they come. The first line says whether it is COMPLETE.
 */

import { createHash } from "node:crypto";
import { GUEST_AMBIENT } from "./guest_ambient.ts";
import { compareCodeUnits } from "./identifiers.ts";
import type { NamedNamespace } from "./name_tools.ts";
import {
  type DeclarationProblem,
  printGlobal,
  printMember,
  printNamespace,
  type RenderedNamespace,
  renderNamespace,
} from "./render_namespace.ts";
import { type Selection, selectWithin } from "./select_within.ts";

/** TypeScript declarations of some namespaces. */
export interface Declarations {
  /** An ambient script (no module); its first line is a comment. */
  readonly text: string;
  /** Hex SHA-256 of the complete text, also when `text` is partial. */
  readonly hash: string;
  /** Whether every tool's signature is in `text`. Only a complete text is fit for checking. */
  readonly complete: boolean;
  readonly problems: readonly DeclarationProblem[];
}

/** Options of {@link createDeclarations}. */
export interface DeclarationOptions {
  /**
   * Tokens, of about four characters each, that the text may take. Signatures that do not fit are
   * left out; their tools are named only, or only counted where even the names do not fit.
   * @default no bound
   */
  readonly budgetTokens?: number;
}

const CHARACTERS_A_TOKEN = 4;

/** Declares the tools of `namespaces`. Never throws for a schema: see `problems`. */
export function createDeclarations(
  namespaces: readonly NamedNamespace[],
  options: DeclarationOptions = {},
): Declarations {
  const rendered = sorted(namespaces).map(renderNamespace);
  return printDeclarations(rendered, options.budgetTokens);
}

function sorted(namespaces: readonly NamedNamespace[]): NamedNamespace[] {
  return namespaces
    .map((namespace) => ({
      ...namespace,
      tools: [...namespace.tools].sort((a, b) => compareCodeUnits(a.name, b.name)),
    }))
    .sort((a, b) => compareCodeUnits(a.name, b.name));
}

function printDeclarations(
  rendered: readonly RenderedNamespace[],
  budgetTokens: number | undefined,
): Declarations {
  const everything = rendered.map((namespace) => ({ members: namespace.members, left: "" }));
  const complete = printScript(rendered, everything);
  const hash = createHash("sha256").update(complete).digest("hex");
  const problems = rendered.flatMap((namespace) => namespace.problems);
  const budget = (budgetTokens ?? Infinity) * CHARACTERS_A_TOKEN;
  if (complete.length <= budget) return { text: complete, hash, complete: true, problems };
  const text = printScript(rendered, selectWithin(rendered, budget - printScript([], []).length));
  return { text, hash, complete: false, problems };
}

function printScript(
  rendered: readonly RenderedNamespace[],
  selections: readonly Selection[],
): string {
  const parts = rendered.map((namespace, index) => {
    const { members, left } = selections[index] ?? { members: [], left: "" };
    return members.length === 0 && left !== ""
      ? `// mcp.${namespace.name}: ${left}\n`
      : printNamespace(namespace, members, left);
  });
  const declared = rendered.filter((_, index) => {
    const { members = [], left = "" } = selections[index] ?? {};
    return members.length > 0 || left === "";
  });
  const shown = selections.reduce((sum, selection) => sum + selection.members.length, 0);
  return [header(rendered, shown), GUEST_AMBIENT, ...parts, printValues(declared)].join("");
}

function header(rendered: readonly RenderedNamespace[], shown: number): string {
  const tools = rendered.reduce((sum, namespace) => sum + namespace.members.length, 0);
  if (shown === tools) {
    return `// COMPLETE: ${tools} tools in ${rendered.length} namespaces.\n`;
  }
  return `// PARTIAL: ${shown} of ${tools} tools in ${rendered.length} namespaces; ` +
    `codemode.search(query) gives the signatures of the others.\n`;
}

function printValues(rendered: readonly RenderedNamespace[]): string {
  const members = rendered.map(printMember);
  return `declare const mcp: {\n${members.join("")}};\n${rendered.map(printGlobal).join("")}`;
}
