/** The door of typegen: tool schemas → names and TypeScript declarations. */

export { createDeclarations, type DeclarationOptions, type Declarations } from "./declarations.ts";
export { DeclarationCache, type DeclarationCacheOptions } from "./declaration_cache.ts";
export { type DescribedTool, generateTypes, jsonSchemaToType } from "./generate_types.ts";
export { toGuestWords } from "./guest_words.ts";
export { assignNames, sanitizeToolName } from "./identifiers.ts";
export { type NamedNamespace, type NamedTool, nameTools, type Observed } from "./name_tools.ts";
export { printZodType, type PrintZodTypeOptions } from "./print_zod_type.ts";
export { pythonSignature } from "./python_signature.ts";
export { createPythonStubs } from "./python_stubs.ts";
export { type DeclarationProblem } from "./render_namespace.ts";
export { SchemaBudget } from "./schema_budget.ts";
export { signature } from "./signature.ts";
