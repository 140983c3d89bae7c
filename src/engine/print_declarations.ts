/** The declarations of a toolbox for a reader, within a budget. */

import { createDeclarations } from "../typegen/mod.ts";
import type { Toolbox } from "./toolbox.ts";

/** TypeScript whose first line says COMPLETE or PARTIAL; `budgetTokens` absent means everything. */
export function printDeclarations(toolbox: Toolbox, budgetTokens?: number): string {
  if (budgetTokens === undefined) return toolbox.declarations.text;
  return createDeclarations(toolbox.namespaces, { budgetTokens }).text;
}
