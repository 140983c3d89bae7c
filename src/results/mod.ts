/** The door of results that fit: shortened values, content beside them, and the whole kept to be read. */

export { type ContentBlocksOptions, type SplitResult, toContentBlocks } from "./content_blocks.ts";
export { estimateTokens } from "./estimate_tokens.ts";
export { estimateJsonTokens } from "./json_cost.ts";
export { fitLogs, type FittedLogs } from "./fit_logs.ts";
export { type FitOptions, fitResult, type Fitted, LEAST_TOKENS } from "./fit_result.ts";
export {
  createKeptResults,
  type KeptResult,
  type KeptResults,
  type KeptResultsLimits,
  type KeptResultsOptions,
} from "./kept_results.ts";
