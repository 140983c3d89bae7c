/** The door of the configuration. */

export type {
  Config,
  LogOutput,
  McpServerConfig,
  RetryPolicy,
  SandboxConfig,
  SecurityConfig,
  ServerConfig,
} from "./config.ts";
