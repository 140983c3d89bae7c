/** Lowers what Node 20 cannot parse, which is `using` and `await using`, to plain JavaScript. Pure. */

import { ts } from "ts-morph";

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  allowJs: true,
  newLine: ts.NewLineKind.LineFeed,
};

/** The module in the syntax of ES2022; a module without `using` is given back as it is. */
export function lowerSyntax(text: string): string {
  if (!/\busing\s/.test(text)) return text;
  return ts.transpileModule(text, { compilerOptions: OPTIONS, fileName: "module.js" }).outputText;
}
