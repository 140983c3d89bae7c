/** The error body of every answer, from the specification's `CodeModeError`. */

import { z } from "zod";
import { type CodemodeError, ERROR_CODES, type ErrorCode } from "../base/errors.ts";

export const ProblemSchema = z.object({
  type: z.enum(["validation", "security", "timeout", "memory", "network", "mcp", "runtime"]),
  code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
  stack: z.string().optional().describe(
    "The guest's stack in submitted coordinates; never the host's",
  ),
  timestamp: z.string().describe("ISO 8601"),
  requestId: z.string(),
}).meta({ id: "Problem" });

export type Problem = z.infer<typeof ProblemSchema>;

/** The body for `error`. The cause and stack of a host error stay in the host's log. */
export function toProblem(
  error: CodemodeError,
  requestId: string,
  now: number,
  stack?: string,
): Problem {
  return {
    type: error.meaning.type,
    code: error.code,
    message: error.message,
    ...(Object.keys(error.details).length === 0 ? {} : { details: { ...error.details } }),
    ...(stack === undefined ? {} : { stack }),
    timestamp: new Date(now).toISOString(),
    requestId,
  };
}
