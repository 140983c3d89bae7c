/** Where a request says that it belongs. */

import type { Context } from "hono";
import { readTraceContext, type TraceContext } from "../base/trace_context.ts";
import type { Env } from "./env.ts";

/** The place in a distributed trace that the headers name; nothing where they name none. */
export function traceOf(c: Context<Env>): { readonly trace?: TraceContext } {
  const trace = readTraceContext(c.req.header("traceparent"), c.req.header("tracestate"));
  return trace === undefined ? {} : { trace };
}
