/** Requests and bytes at a real socket: each is answered or refused, and none leaves anything behind. */

import assert from "node:assert/strict";
import { openFuzzedService } from "./fuzzed_service.ts";
import { holds, searchOf } from "./property.ts";
import { assertAnswer, exchange, readAnswers } from "./raw_exchange.ts";
import { rawBytes, requests } from "./requests.ts";

const HONEST = { code: "return context", context: { a: [1, "é"] } };

/** What an honest caller gets, whatever others have sent before. */
async function assertServes(url: string): Promise<void> {
  const response = await fetch(`${url}/api/v1/execute`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(HONEST),
  });
  const { success, result } = await response.json();
  assert.deepEqual({ status: response.status, success, result }, {
    status: 200,
    success: true,
    result: HONEST.context,
  });
}

Deno.test("fuzz: every request at a socket is answered, with a problem of its status where it failed", async () => {
  await using service = await openFuzzedService();
  await assertServes(service.url);
  await holds(requests, 700, async ({ method, pieces, leaving }) => {
    const text = await exchange(service.url, pieces, leaving);
    const answers = readAnswers(text);
    if (leaving === "hears") assert.ok(answers.length > 0, "there was no answer");
    for (const answer of answers) assertAnswer(answer, method !== "HEAD");
  });
  await assertServes(service.url);
  // One counterexample looked at again admits what it admits.
  const isWhole = searchOf(Deno.env).path === undefined;
  assert.ok(!isWhole || service.count("execution.admitted") > 20, "hardly a program was admitted");
  assert.deepEqual(service.logged.filter(({ level }) => level === "error"), []);
});

Deno.test("fuzz: any bytes are answered as HTTP or not at all", async () => {
  await using service = await openFuzzedService();
  await holds(rawBytes, 500, async (bytes) => {
    const text = await exchange(service.url, [bytes], "ends");
    for (const answer of readAnswers(text)) assertAnswer(answer, true);
  });
  await assertServes(service.url);
  assert.deepEqual(service.logged.filter(({ level }) => level === "error"), []);
});
