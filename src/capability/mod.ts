/** The door of the law: what a guest may do, and how Deno is told. */

export { type Capability, parseCapability, printCapability } from "./capability.ts";
export {
  type CapabilitySet,
  type FilesystemCapabilities,
  type McpCapabilities,
  type NetworkCapabilities,
  NO_CAPABILITIES,
  type SystemCapabilities,
} from "./capability_set.ts";
export { allowsNetwork, allowsPath, allowsTool } from "./decide.ts";
export { SPECIFICATION_LIMITS } from "./limits.ts";
export { toPermissionFlags } from "./permissions.ts";
export { type CapabilityContext, isSubset, toCapabilitySet, underGrant } from "./set.ts";
