/** The door of the REST face. */

export { createHttpApp, type HttpParts } from "./app.ts";
export { type HttpServer, listen, type ListenOrigin, type ListenParts } from "./listen.ts";
export { type HealthReport, type HealthReporter, keepReport, type PartHealth } from "./health.ts";
