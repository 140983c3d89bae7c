/** The door of the catalog: every tool a guest could call, and the search over them. */

export { type Catalog, createCatalog } from "./catalog.ts";
export { createMcpSource } from "./mcp_source.ts";
export { createNativeSource, type NativeTool } from "./native_source.ts";
export type { SchemaIssue } from "./schema_validators.ts";
export { createToolSearch, type ToolMatch, type ToolSearch } from "./search.ts";
export type { CallProgress, ToolAnswer, ToolCallOptions, ToolSource } from "./source.ts";
