/** The door of the law: what a guest may do. */

export {
  type CapabilitySet,
  type FilesystemCapabilities,
  type McpCapabilities,
  type NetworkCapabilities,
  NO_CAPABILITIES,
  type SystemCapabilities,
} from "./capability_set.ts";
export {
  type Capability,
  type CapabilityNames,
  type CapabilityProblem,
  isVariableName,
  parseCapabilities,
} from "./capability.ts";
export {
  allowsNetwork,
  allowsPath,
  allowsServer,
  allowsTool,
  allowsVariable,
  namesHost,
} from "./decide.ts";
export { DEFAULT_AMOUNTS, DEFAULT_PORTS } from "./limits.ts";
export { type Owner, reaches } from "./owner.ts";
export {
  type CapabilityScope,
  explain,
  intersect,
  isSubset,
  narrow,
  pathsAsAsked,
  type SubsetAnswer,
  toCapabilitySet,
  toCapabilityStrings,
  union,
} from "./set.ts";
export { sharesNetwork, splitHostEntry } from "./rules.ts";
