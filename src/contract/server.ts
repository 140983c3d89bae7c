/** Servers of a running service, and how they are added: `/api/v1/servers`. */

import { z } from "zod";

/** One server. */
export const ServerInfoSchema = z.object({
  name: z.string(),
  kind: z.enum(["mcp", "openapi", "native"]),
  origin: z.enum(["config", "added"]).describe("Brought by the configuration, or at run time"),
  state: z.string().describe("ready, or what it is short of that"),
  tools: z.number().describe("Tools last seen"),
  lastError: z.string().optional(),
}).meta({ id: "Server" });

/** `GET /api/v1/servers`. */
export const ServersAnswerSchema = z.object({ servers: z.array(ServerInfoSchema) })
  .meta({ id: "ServersAnswer" });

const options = z.record(z.string(), z.unknown());

/** `POST /api/v1/servers`: a name, and the keys of the configuration file for one kind. */
export const AddServerRequestSchema = z.strictObject({
  name: z.string(),
  mcp: options.optional().describe("As mcp.servers.<name> of the configuration file"),
  openapi: options.optional().describe("As openapi.<name> of the configuration file"),
}).refine(
  ({ mcp, openapi }) => (mcp === undefined) !== (openapi === undefined),
  "either mcp or openapi is needed",
).meta({ id: "AddServerRequest" });

/** `POST /api/v1/servers/reload`: what the configuration file's new state changed. */
export const ServerChangesSchema = z.object({
  added: z.array(z.string()),
  removed: z.array(z.string()),
  replaced: z.array(z.string()),
  problems: z.array(z.string()).describe("Servers that could not be opened, and why"),
  restart: z.array(z.string()).describe("Sections that changed and need a restart"),
}).meta({ id: "ServerChanges" });

export type ServerInfo = Readonly<z.infer<typeof ServerInfoSchema>>;
export type AddServerRequest = Readonly<z.infer<typeof AddServerRequestSchema>>;
export type ServerChanges = {
  readonly [Key in keyof z.infer<typeof ServerChangesSchema>]: readonly string[];
};
