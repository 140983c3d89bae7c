/** The door of the REST face. */

export { createHttpApp, type HttpParts } from "./app.ts";
export {
  type HttpServer,
  listen,
  type ListenOrigin,
  type ListenParts,
  type RequestOrigin,
} from "./listen.ts";
export type { ServerAdmin } from "./servers.ts";
export { type HealthReport, type HealthReporter, keepReport, type PartHealth } from "./health.ts";
