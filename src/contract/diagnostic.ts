/** What the checker has to say about one place of the submitted code. */

import { z } from "zod";

/** Lines and columns count from 1, columns in UTF-16 code units, the end is exclusive. */
export const DiagnosticSchema = z.object({
  line: z.number().int(),
  column: z.number().int(),
  endLine: z.number().int(),
  endColumn: z.number().int(),
  code: z.string().describe("TS2551 for TypeScript's own, a word such as IMPORT_REFUSED for ours"),
  severity: z.enum(["error", "warning", "info"]),
  message: z.string(),
  snippet: z.string().describe("The submitted line with a caret line under it"),
  suggestion: z.string().optional().describe("What to write instead"),
}).meta({ id: "Diagnostic" });

export type Diagnostic = z.infer<typeof DiagnosticSchema>;
