/**
 * The REST face: the only file that names paths. Handlers live in files of their own and see parsed
 * values; what they throw becomes an error body here.
 */

import { type Context, Hono } from "hono";
import { every } from "hono/combine";
import { cors } from "hono/cors";
import type { Clock } from "../base/clock.ts";
import { CodemodeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Authenticator, Scope } from "../auth/mod.ts";
import { type AuditSink, ReadResultSchema } from "../contract/mod.ts";
import type { ServerConfig } from "../config/mod.ts";
import type { Engine } from "../engine/mod.ts";
import { METADATA_PATH, resourceMetadata } from "./challenge.ts";
import { CALL_QUERY, callTool } from "./call_tool.ts";
import { check } from "./check.ts";
import { declarations, DECLARATIONS_QUERY, introspect } from "./declarations.ts";
import { docsPage } from "./docs_page.ts";
import type { Env } from "./env.ts";
import { execute } from "./execute.ts";
import { executeStream } from "./execute_stream.ts";
import {
  answerQuestion,
  cancelExecution,
  EVENTS_QUERY,
  executionEvents,
  listExecutions,
  PAGE_QUERY,
  showExecution,
} from "./executions.ts";
import type { McpEndpoint } from "../door/mod.ts";
import { health, type HealthReporter } from "./health.ts";
import { createIdentify } from "./identify.ts";
import { authenticate } from "./middleware/authenticate.ts";
import { bodyLimit } from "./middleware/body_limit.ts";
import { knownHost } from "./middleware/known_host.ts";
import { knownOrigin } from "./middleware/known_origin.ts";
import { knownQuery, type RouteQueries } from "./middleware/known_query.ts";
import { requestContext } from "./middleware/request_context.ts";
import { securityHeaders } from "./middleware/security_headers.ts";
import { mcp } from "./mcp_endpoint.ts";
import { OpenPlaces } from "./open_places.ts";
import { openapi } from "./openapi.ts";
import { answerError } from "./problem.ts";
import { readResult } from "./read_result.ts";
import { FailedAttempts, RequestRate } from "./request_rate.ts";
import {
  addServer,
  listServers,
  reloadServers,
  removeServer,
  type ServerAdmin,
} from "./servers.ts";
import { socket, SOCKET_QUERY, whenUpgrading } from "./socket.ts";
import { SEARCH_QUERY, searchTools, tools } from "./tools.ts";

/** What the face is made of. */
export interface HttpParts {
  readonly config: ServerConfig;
  readonly engine: Engine;
  readonly authenticator: Authenticator;
  /** Told of requests that were refused for who sent them. */
  readonly audit: AuditSink | undefined;
  /** What tokens of an authorization server must be meant for. */
  readonly audience: string | undefined;
  readonly health: HealthReporter;
  /** Whoever keeps the servers. @default nobody outside changes them */
  readonly admin?: ServerAdmin;
  readonly mcp: McpEndpoint;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
}

/** The whole HTTP application; give its `fetch` to a server. */
export function createHttpApp(parts: HttpParts): Hono<Env> {
  const app = new Hono<Env>();
  app.use(requestContext(parts));
  app.use(securityHeaders(parts.config));
  app.use(knownHost(parts.config));
  if (parts.config.cors.enabled) app.use(corsOf(parts.config));
  app.use(knownOrigin(parts.config));
  app.use(bodyLimit(parts.config.maxBodyBytes));
  const refused = parts.metrics.counter(
    "codemode_http_refused_total",
    "Requests that did not run, by error code",
  );
  app.onError((thrown, c) => answerError(thrown, c, { ...parts, refused }));
  app.notFound((c) =>
    answerError(notFound(c, app, parts.admin !== undefined), c, { ...parts, refused })
  );

  const { config, clock } = parts;
  const identify = createIdentify({
    authenticator: parts.authenticator,
    attempts: new FailedAttempts(config.limits, clock),
    trustedProxies: config.trustedProxies,
  });
  const rate = new RequestRate(config.limits, clock);
  const may = (scope: Scope) => authenticate(identify, { rate, scope });
  const takes = knownQuery(QUERIES);
  const mayRead = every(may("codemode:read"), takes);
  const mayExecute = every(may("codemode:execute"), takes);
  const mayMeasure = may("codemode:metrics");

  app.get("/health", health(parts, identify));
  app.get("/openapi.json", (c) => c.json(openapi(parts.version)));
  const onRefused = (code: string) => refused.increment({ code });
  const openSocket = socket({ ...parts, identify, rate, onRefused });
  app.get("/api/v1/ws", mayExecute, openSocket);
  app.get(
    "/",
    whenUpgrading(mayExecute),
    whenUpgrading(openSocket),
    (c) => c.redirect("/docs"),
  );
  app.get("/docs", (c) => c.html(docsPage(), 200, DOCS_HEADERS));
  app.get(METADATA_PATH, resourceMetadata(parts));
  app.get(`${METADATA_PATH}/*`, resourceMetadata(parts));

  // Its addresses are their clients' to write, and may hold what those need.
  app.on(["GET", "POST", "DELETE"], "/mcp", may("codemode:execute"), mcp(parts));
  app.get("/metrics", mayMeasure, (c) => c.text(parts.metrics.print(), 200, METRICS_HEADERS));
  app.post("/api/v1/execute", mayExecute, execute(parts));
  app.post("/execute", mayExecute, execute(parts));
  const streams = new OpenPlaces({ part: "streams", what: "event streams", ...config.streams });
  app.post("/api/v1/execute/stream", mayExecute, executeStream({ ...parts, streams }));
  app.post("/execute/stream", mayExecute, executeStream({ ...parts, streams }));
  app.get("/api/v1/executions", mayExecute, listExecutions(parts));
  app.get("/api/v1/executions/:id", mayExecute, showExecution(parts));
  app.delete("/api/v1/executions/:id", mayExecute, cancelExecution(parts));
  app.get("/api/v1/executions/:id/events", mayExecute, executionEvents({ ...parts, streams }));
  app.post("/api/v1/executions/:id/answers", mayExecute, answerQuestion(parts));
  app.post("/api/v1/check", mayRead, check(parts));
  app.get("/api/v1/tools", mayRead, tools(parts));
  app.get("/api/v1/tools/search", mayRead, searchTools(parts));
  app.post("/api/v1/tools/:server/:tool", mayExecute, callTool(parts));
  app.get("/api/v1/results/:handle", mayExecute, readResult(parts));
  app.get("/api/v1/declarations", mayRead, declarations(parts));
  app.get("/introspect", mayRead, introspect(parts));
  if (parts.admin !== undefined) {
    const servers = { admin: parts.admin, audit: parts.audit };
    const mayAdminister = every(may("codemode:admin"), takes);
    app.get("/api/v1/servers", mayAdminister, listServers(servers));
    app.post("/api/v1/servers", mayAdminister, addServer(servers));
    app.post("/api/v1/servers/reload", mayAdminister, reloadServers(servers));
    app.delete("/api/v1/servers/:name", mayAdminister, removeServer(servers));
  }
  app.get("/api/v1/runtimes", mayRead, (c) => c.json({ runtimes: parts.engine.runtimes() }));
  app.get("/runtimes", mayRead, (c) => c.json({ runtimes: parts.engine.runtimes() }));
  return app;
}

/** Query parameters of the routes of the API. */
const QUERIES: RouteQueries = Object.freeze({
  "/": SOCKET_QUERY,
  "/api/v1/ws": SOCKET_QUERY,
  "/api/v1/executions": PAGE_QUERY,
  "/api/v1/executions/:id/events": EVENTS_QUERY,
  "/api/v1/tools/search": SEARCH_QUERY,
  "/api/v1/tools/:server/:tool": CALL_QUERY,
  "/api/v1/results/:handle": Object.keys(ReadResultSchema.shape),
  "/api/v1/declarations": DECLARATIONS_QUERY,
  "/introspect": DECLARATIONS_QUERY,
});

/** Characters of a path that an error repeats. */
const MAX_SHOWN_PATH = 200;

const METRICS_HEADERS = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };

const DOCS_HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

function corsOf({ cors: { origins } }: ServerConfig) {
  return cors({
    origin: [...origins],
    allowMethods: ["GET", "POST", "DELETE", "OPTIONS"],
    allowHeaders: [
      ...["content-type", "authorization", "x-api-key", "accept", "last-event-id"],
      ...["mcp-method", "mcp-name", "mcp-protocol-version", "mcp-session-id"],
    ],
    exposeHeaders: [
      "mcp-session-id",
      "x-request-id",
      "x-execution-id",
      "retry-after",
      "www-authenticate",
    ],
  });
}

function withoutAdmin(route: string): CodemodeError {
  const message = `There is no ${route}: servers are added where admin.enabled is true`;
  return new CodemodeError("NOT_FOUND", message, { details: { setting: "admin.enabled" } });
}

/** `METHOD_NOT_ALLOWED` with `Allow` where the path has other methods, else `NOT_FOUND`. */
function notFound(c: Context, app: Hono<Env>, hasServers: boolean): CodemodeError {
  const { method } = c.req;
  const path = c.req.path.slice(0, MAX_SHOWN_PATH);
  const allowed = app.routes.filter((route) => route.path === c.req.path && route.method !== "ALL")
    .map((route) => route.method);
  if (allowed.length === 0) {
    const isOfServers = /^\/api\/v1\/servers(\/|$)/.test(path);
    if (isOfServers && !hasServers) return withoutAdmin(`${method} ${path}`);
    return new CodemodeError("NOT_FOUND", `There is no ${method} ${path}; see /docs`);
  }
  const methods = [...new Set(allowed)].join(", ");
  c.header("allow", methods);
  return new CodemodeError("METHOD_NOT_ALLOWED", `${path} takes ${methods}, not ${method}`);
}
