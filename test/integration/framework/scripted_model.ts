/** A model of the AI SDK that says what it was told to, one turn after another. */

import { MockLanguageModelV4 } from "ai/test";

type Generated = Awaited<ReturnType<MockLanguageModelV4["doGenerate"]>>;

/** One turn: a text ends the conversation, a call goes to a tool. */
export type Turn = string | { readonly tool: string; readonly input: unknown };

/** The model. `doGenerateCalls` of it has what it was given. */
export function scriptedModel(turns: readonly Turn[]): MockLanguageModelV4 {
  let next = 0;
  return new MockLanguageModelV4({
    doGenerate: () => {
      const turn = turns[next++];
      if (turn === undefined) throw new Error("the model was asked once more than it has turns");
      return Promise.resolve(toGenerated(turn, `call_${next}`));
    },
  });
}

function toGenerated(turn: Turn, toolCallId: string): Generated {
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  };
  if (typeof turn === "string") {
    const finishReason = { unified: "stop", raw: "stop" } as const;
    return { content: [{ type: "text", text: turn }], finishReason, usage, warnings: [] };
  }
  const input = JSON.stringify(turn.input);
  return {
    content: [{ type: "tool-call", toolCallId, toolName: turn.tool, input }],
    finishReason: { unified: "tool-calls", raw: "tool_calls" },
    usage,
    warnings: [],
  };
}
