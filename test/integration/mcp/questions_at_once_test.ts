/** Many executions that are asked, cancelled and mute at once: none ever sees another's question. */

import assert from "node:assert/strict";
import type { Question } from "../../../src/contract/mod.ts";
import { CodemodeError } from "../../../src/base/errors.ts";
import type { McpManager } from "../../../src/mcp/mod.ts";
import { fixtureConfig, startManager, textOf } from "../../harness/mcp_servers.ts";
import { descendants } from "../../harness/processes.ts";

const EXPECTED = ["accept", "cancel", "slept", "CANCELLED", "question_not_put"];

/** Whose question was put to whom, wrongly, and what calls came to. */
interface Seen {
  readonly astray: string[];
  readonly outcomes: Set<unknown>;
}

/** Calls one after the other: some are given up, some cannot be asked, some do not ask. */
async function execute(manager: McpManager, number: number, seen: Seen): Promise<void> {
  const execution = `e${number}`;
  const ended = new AbortController();
  for (let step = number; step < number + 4; step += 1) {
    const giveUp = new AbortController();
    const ask = async ({ message }: Question) => {
      if (message !== `Confirm ${execution}?`) seen.astray.push(`${execution}: ${message}`);
      if (step % 5 === 0) giveUp.abort();
      await new Promise((resolve) => setTimeout(resolve, step % 7));
      return { action: "accept", content: { sure: true } } as const;
    };
    const tool = step % 6 === 0 ? "slow" : "confirm";
    const options = {
      signal: giveUp.signal,
      execution,
      executionEnded: ended.signal,
      principal: `p${number % 3}`,
      ...(step % 4 === 0 ? {} : { ask }),
    };
    seen.outcomes.add(
      await outcomeOf(manager.call("peer", tool, { what: execution, ms: step }, options)),
    );
  }
  ended.abort();
}

async function outcomeOf(call: ReturnType<McpManager["call"]>): Promise<unknown> {
  try {
    const said = JSON.parse(textOf(await call));
    return said.action ?? said;
  } catch (error) {
    assert.ok(error instanceof CodemodeError, String(error));
    return error.details["reason"] ?? error.code;
  }
}

Deno.test("of many at once none is put another's question, and no process is left", async () => {
  const before = (await descendants(Deno.pid)).length;
  const seen: Seen = { astray: [], outcomes: new Set() };
  {
    const config = fixtureConfig("asking_v1.ts", "stdio", { timeoutMs: 60_000 });
    await using started = await startManager({ peer: config }, {
      canAsk: true,
      tellsCallersApart: true,
    });
    const numbers = Array.from({ length: 12 }, (_, number) => number);
    await Promise.all(numbers.map((number) => execute(started.manager, number, seen)));
    assert.ok((await descendants(Deno.pid)).length - before <= config.sessions);
  }
  assert.deepEqual(seen.astray, []);
  assert.deepEqual([...seen.outcomes].filter((one) => !EXPECTED.includes(String(one))), []);
  assert.equal((await descendants(Deno.pid)).length, before);
});
