/** The door of the configuration. */

export type {
  ApiKeyConfig,
  AuditConfig,
  AuthConfig,
  Config,
  LogOutput,
  McpServerConfig,
  OAuthConfig,
  RetryPolicy,
  SandboxConfig,
  SecurityConfig,
  ServerAuthConfig,
  ServerConfig,
} from "./config.ts";
export {
  DEFAULT_CONFIG_FILE,
  loadConfig,
  type LoadConfigOptions,
  parseConfig,
  type ParseConfigOptions,
  parseConfigText,
} from "./load_config.ts";
export { isLoopback } from "./loopback.ts";
export { printConfig } from "./print_config.ts";
export { type ConfigProblem, formatProblems } from "./problem.ts";
export { parseDuration } from "./units.ts";
