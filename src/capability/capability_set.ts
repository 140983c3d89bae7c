/** What a guest may do: the specification's `CapabilitySet`, with nothing granted where nothing is said. */

/** Reaching hosts directly from guest code. */
export interface NetworkCapabilities {
  /** Host names, addresses, `*.suffix` or `*`. */
  readonly allowedHosts?: readonly string[];
  /** Ports; none given means 443 and 80. */
  readonly allowedPorts?: readonly number[];
  /** Requests a second. @default 10 */
  readonly maxRequestsPerSecond?: number;
  /** Bytes of one request body. @default 1048576 */
  readonly maxRequestSize?: number;
}

/** Reaching files directly from guest code. */
export interface FilesystemCapabilities {
  /** Files or folders that may be read; writable too when `readOnly` is false. */
  readonly allowedPaths?: readonly string[];
  /** Files or folders that may be read and written whatever `readOnly` says. */
  readonly writablePaths?: readonly string[];
  /** @default true */
  readonly readOnly?: boolean;
  /** Bytes of one file. @default 1048576 */
  readonly maxFileSize?: number;
  /** Extensions with their dot; none given means all. */
  readonly allowedExtensions?: readonly string[];
}

/** Calling tools of MCP servers. */
export interface McpCapabilities {
  /** Server names or `*`. */
  readonly allowedServers?: readonly string[];
  /** `tool`, `server.tool`, `server.*` or `*`; none given means every tool of the allowed servers. */
  readonly allowedTools?: readonly string[];
  /** Calls a second. @default 5 */
  readonly maxCallsPerSecond?: number;
  /** Calls at the same time in one execution. @default 3 */
  readonly maxConcurrentCalls?: number;
}

/** Reaching the machine. */
export interface SystemCapabilities {
  /** Names of environment variables that may be read. */
  readonly environment?: readonly string[];
}

/** Everything a guest may do. An absent part grants nothing. */
export interface CapabilitySet {
  readonly network?: NetworkCapabilities;
  readonly filesystem?: FilesystemCapabilities;
  readonly mcp?: McpCapabilities;
  readonly system?: SystemCapabilities;
}

/** The set that grants nothing. */
export const NO_CAPABILITIES: CapabilitySet = Object.freeze({});
