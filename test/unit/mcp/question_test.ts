import assert from "node:assert/strict";
import { putQuestion, readQuestion } from "../../../src/mcp/question.ts";

const FORM = { type: "object", properties: {} };
const head = { server: "s", tool: "t" };

Deno.test("a question is read: text bounded, without what draws or turns the reading around", () => {
  const message = `\u001b[31mred\u202e\nnext\ud800 ${"x".repeat(5000)}`;
  const read = readQuestion("s", "t", { message, requestedSchema: FORM, more: 1 });
  assert.deepEqual(read, {
    question: {
      ...head,
      message: `\ufffd[31mred\ufffd\nnext\ufffd ${"x".repeat(4096 - 16)}`,
      mode: "form",
      requestedSchema: { type: "object", properties: {}, required: [] },
    },
  });
});

Deno.test("an address is passed on when it is plain http or https", () => {
  const read = (url: unknown) => readQuestion("s", "t", { mode: "url", message: "m", url });
  assert.deepEqual(read("https://example.com/a?b=1"), {
    question: { ...head, message: "m", mode: "url", url: "https://example.com/a?b=1" },
  });
  const refused = { refused: "its address is not a plain http or https URL" };
  for (
    const url of [
      undefined,
      7,
      "nothing",
      "javascript:alert(1)",
      "file:///etc/passwd",
      "https://bank.example@evil.example/",
      `https://example.com/${"x".repeat(2048)}`,
    ]
  ) {
    assert.deepEqual(read(url), refused, String(url));
  }
});

Deno.test("what is no question is refused with the reason", () => {
  assert.deepEqual(readQuestion("s", "t", null), { refused: "its parameters are not an object" });
  assert.deepEqual(readQuestion("s", "t", { message: 1 }), {
    refused: "its message is not a string",
  });
  assert.deepEqual(readQuestion("s", "t", { message: "m", mode: "voice" }), {
    refused: "its mode is neither form nor url",
  });
  assert.deepEqual(readQuestion("s", "t", { message: "m" }), {
    refused: "its form is not the schema of an object",
  });
});

Deno.test("whoever is asked has failed: nobody answered", async () => {
  const read = readQuestion("s", "t", { message: "m", requestedSchema: FORM });
  assert.ok("question" in read);
  const { signal } = new AbortController();
  const failing = () => Promise.reject(new Error("no screen"));
  assert.deepEqual(await putQuestion(failing, read.question, signal), { action: "cancel" });
  const throwing = () => {
    throw new Error("no screen");
  };
  assert.deepEqual(await putQuestion(throwing, read.question, signal), { action: "cancel" });
});

Deno.test("the call ends first: whoever is asked is told, and need not agree", async () => {
  const read = readQuestion("s", "t", { message: "m", requestedSchema: FORM });
  assert.ok("question" in read);
  const call = new AbortController();
  let told: unknown;
  const silent = (_: unknown, signal: AbortSignal) => {
    signal.addEventListener("abort", () => told = signal.reason);
    return new Promise<never>(() => {});
  };
  const answer = putQuestion(silent, read.question, call.signal);
  await Promise.resolve();
  call.abort("over");
  await assert.rejects(answer, (reason) => reason === "over");
  assert.equal(told, "over");
});
