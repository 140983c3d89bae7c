/** What a server answers to a call, as the protocol has it. Untrusted. */

/** One part of an answer; `type` says which of the other members there are. */
export interface McpContent {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** A whole answer. `isError` marks a failure that the tool itself reports. */
export interface McpResult {
  readonly content?: readonly McpContent[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
  readonly [member: string]: unknown;
}
