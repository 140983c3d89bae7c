/** What is said over a WebSocket: each message has the id of the execution it is about, chosen by its caller. */

import { z } from "zod";
import { QuestionAnswerSchema } from "./question.ts";
import { SubmissionSchema } from "./submission.ts";

const head = {
  id: z.string().min(1).max(128).describe("Names the execution on this socket"),
  timestamp: z.string().max(64).optional(),
};

/** What a caller sends. */
export const SocketRequestSchema = z.discriminatedUnion("type", [
  z.strictObject({
    ...head,
    type: z.literal("execute"),
    payload: SubmissionSchema,
    traceparent: z.string().max(64).optional().describe(
      "Where the execution belongs (W3C Trace Context). Default what the upgrade request said",
    ),
    tracestate: z.string().max(512).optional(),
  }),
  z.strictObject({
    ...head,
    type: z.literal("cancel"),
    payload: z.strictObject({ reason: z.string().max(200).optional() }).optional(),
  }),
  z.strictObject({
    ...head,
    type: z.literal("answer"),
    payload: QuestionAnswerSchema.extend({ question: z.string().max(64) }),
  }),
]).meta({ id: "SocketRequest" });

export type SocketRequest = z.infer<typeof SocketRequestSchema>;
