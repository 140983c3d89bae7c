/**
 * Rules about a file as a whole: a name that says what is inside, and a comment that opens it.
 */

import { floorPlan, fromRoot, isProduct, placeOf } from "./place.ts";

const nothing: Deno.lint.LintVisitor = {};

/** `house/file-name`: snake_case, and never a name that fits everything. */
const fileName: Deno.lint.Rule = {
  create(context) {
    const path = fromRoot(context.filename);
    if (placeOf(path).kind === "outside") return nothing;
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.[a-z]+$/, "");
    const message = nameFault(name);
    return message === undefined
      ? nothing
      : { Program: (node) => context.report({ node, message }) };
  },
};

function nameFault(name: string): string | undefined {
  if (floorPlan.bannedFileNames.includes(name)) {
    return `Cannot name a file "${name}": name it for what it exports`;
  }
  if (/^[a-z0-9]+(_[a-z0-9]+)*$/.test(name)) return undefined;
  return `Cannot name a file "${name}": file names are snake_case`;
}

/**
 * `house/header`: a file opens with what it is, what it promises and what it leaves to others. A test
 * says it by its path.
 */
const header: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(fromRoot(context.filename));
    if (!isProduct(place) && place.kind !== "script") return nothing;
    const opens = /^(#![^\n]*\n)?\s*(\/\*|\/\/)/.test(context.sourceCode.text);
    if (opens) return nothing;
    const message = "Cannot open a file without a comment: say what it is and what it promises";
    return { Program: (node) => context.report({ node, message }) };
  },
};

export const files: Readonly<Record<string, Deno.lint.Rule>> = { "file-name": fileName, header };
