/** People whom servers ask in the middle of calls. */

import type { Question, QuestionAnswer } from "../../src/contract/mod.ts";

/** Somebody who is asked and answers when told to. */
export function person(content: NonNullable<QuestionAnswer["content"]> = { sure: true }) {
  const thinking = Promise.withResolvers<void>();
  const wasAsked = Promise.withResolvers<void>();
  const questions: string[] = [];
  const ask = async ({ message }: Question) => {
    questions.push(message);
    wasAsked.resolve();
    await thinking.promise;
    return { action: "accept", content } as const;
  };
  const answer = () => thinking.resolve();
  return { ask, questions, wasAsked: wasAsked.promise, answer };
}
