/** The door of the configuration. */

export type {
  AdminConfig,
  ApiKeyConfig,
  AuditConfig,
  AuthConfig,
  Config,
  LogOutput,
  McpServerConfig,
  OAuthConfig,
  ReloadConfig,
  RetryPolicy,
  SecurityConfig,
  ServerAuthConfig,
} from "./config.ts";
export type { ExecutionsConfig } from "./executions_config.ts";
export {
  DEFAULT_CONFIG_FILE,
  loadConfig,
  type LoadConfigOptions,
  parseConfig,
  type ParseConfigOptions,
  parseConfigText,
} from "./load_config.ts";
export { isLoopback } from "./loopback.ts";
export { isAddress, type OpenApiConfig, type OpenApiCredential } from "./openapi_api.ts";
export type { ServerFlags } from "./server_overrides.ts";
export { printConfig } from "./print_config.ts";
export { type ConfigProblem, formatProblems } from "./problem.ts";
export { parseYaml } from "./parse_yaml.ts";
export { parseDuration } from "./units.ts";
export { lightPlaces, type SandboxConfig } from "./sandbox_config.ts";
export type { DoorConfig, ServerConfig } from "./server_config.ts";
export { ownName } from "./server_names.ts";
export { watchFile, type WatchFileOptions } from "./watch_file.ts";
