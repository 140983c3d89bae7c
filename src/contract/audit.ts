/** Entries of the audit log: who asked for what, what was decided, and how it ended. No values, no secrets. */

import { z } from "zod";

const execution = { executionId: z.string(), principal: z.string() };
/** Capabilities, and what no capability stands for: programs may try it, and are denied. */
const CapabilitySchema = z.enum(
  ["network", "read", "write", "env", "run", "ffi", "sys", "import"],
);

/** One entry, as one JSON line; `time` is ISO 8601 in UTC. */
export const AuditEntrySchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("execution.admitted"),
    ...execution,
    requestId: z.string(),
    codeHash: z.string().describe("SHA-256 of the submitted text, hexadecimal"),
    language: z.string(),
    asked: z.unknown().describe("Capabilities as asked; null when none were named"),
    granted: z.unknown(),
  }),
  z.object({
    type: z.literal("execution.ended"),
    ...execution,
    outcome: z.string().describe("OK or an error code"),
    executionTime: z.number(),
    cpuTime: z.number(),
    calls: z.number(),
  }),
  z.object({
    type: z.literal("access.decided"),
    ...execution,
    capability: CapabilitySchema,
    target: z.string(),
    allowed: z.boolean(),
    reason: z.string().optional(),
  }),
  z.object({
    type: z.literal("call.decided"),
    ...execution,
    server: z.string(),
    tool: z.string(),
    verdict: z.enum(["allow", "deny", "approve"]),
    rule: z.string().optional().describe("What decided: a rule, an annotation or the grant"),
  }),
  z.object({
    type: z.literal("call.ended"),
    ...execution,
    server: z.string(),
    tool: z.string(),
    status: z.string(),
    duration: z.number(),
  }),
  z.object({ type: z.literal("limit.reached"), ...execution, limit: z.string() }),
  z.object({
    type: z.literal("server.changed"),
    principal: z.string(),
    action: z.enum(["added", "removed", "reloaded"]),
    server: z.string(),
    requestId: z.string(),
  }),
  z.object({
    type: z.literal("request.refused"),
    principal: z.string(),
    code: z.string(),
    reason: z.string(),
    requestId: z.string().optional(),
    method: z.string().optional(),
    path: z.string().optional(),
    address: z.string().optional().describe("Where it came from; a trusted proxy's word counts"),
  }),
]);

/** What a part of the service tells the audit log; the log adds the time. */
export type AuditEntry = z.infer<typeof AuditEntrySchema>;

/** Where entries go. Never throws and never waits. */
export interface AuditSink {
  record(entry: AuditEntry): void;
}
