/** Where tools come from. The catalog knows sources by this interface only. */

import type { Question, QuestionAnswer, ToolGroup } from "../contract/mod.ts";

/** Options of one call. */
export interface ToolCallOptions {
  readonly signal: AbortSignal;
  /** Whose call it is: principals take turns where calls wait. @default nobody's in particular */
  readonly principal?: string;
  /** From the call to its answer, waiting included. @default the source's own */
  readonly timeoutMs?: number;
  /**
   * Puts what the server asks in the middle of the call to whoever called; rejects when the call is
   * aborted. The time it takes is not the call's. @default nobody can be asked
   */
  readonly ask?: (question: Question) => Promise<QuestionAnswer>;
  /** Told what the server tells of its progress. */
  readonly onProgress?: (progress: CallProgress) => void;
}

/** What a server tells of a call under way: numbers of its own choice, growing. */
export interface CallProgress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** What a tool gave back. `isStructured`: the value is meant to match the tool's output schema. */
export interface ToolAnswer {
  readonly value: unknown;
  readonly isStructured: boolean;
}

/** Gives tools and calls them. Failures are `CodemodeError`s. */
export interface ToolSource {
  readonly name: string;
  groups(): readonly ToolGroup[];
  call(
    server: string,
    tool: string,
    input: Readonly<Record<string, unknown>>,
    options: ToolCallOptions,
  ): Promise<ToolAnswer>;
  onChange(listener: () => void): Disposable;
  /** Whether `server` belongs to this source, even while its tools are not known yet. */
  has(server: string): boolean;
  /** Makes the tools of a server known that connects at first use. */
  ready?(server: string, signal: AbortSignal): Promise<void>;
  /** Resolves when the tools of a server are known or could not be learned once. */
  tried?(server: string, signal: AbortSignal): Promise<void>;
}
