/** The door of the law: what a guest may do, and how Deno is told. */

export {
  type CapabilitySet,
  type FilesystemCapabilities,
  type McpCapabilities,
  type NetworkCapabilities,
  NO_CAPABILITIES,
  type SystemCapabilities,
} from "./capability_set.ts";
