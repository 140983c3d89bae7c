/** The door of the catalog: every tool a guest could call, and the search over them. */

export { type Catalog, type ChangingCatalog, createCatalog } from "./catalog.ts";
export { createMcpSource, failedResult } from "./mcp_source.ts";
export { createNativeSource, type NativeTool, type NativeToolOptions } from "./native_source.ts";
export { createOpenApiSource } from "./openapi_source.ts";
export type { SchemaIssue } from "./schema_validators.ts";
export { createToolSearch, type ToolMatch, type ToolSearch } from "./search.ts";
export type { CallProgress, ToolAnswer, ToolCallOptions, ToolSource } from "./source.ts";
