/**
 * What every source of tools promises, as a test with steps: each source brings the same five tools by
 * its own means, and what becomes of their calls is the same everywhere.
 */

import assert from "node:assert/strict";
import { CodemodeError, type ErrorCode } from "../../src/base/errors.ts";
import { createLogger } from "../../src/base/log.ts";
import { type Catalog, createCatalog, type ToolSource } from "../../src/catalog/mod.ts";
import { callByName } from "../harness/call_by_name.ts";

/**
 * A source over something real. Its server has `echo({ text })` → the text, `sum({ a, b })` →
 * `{ sum }`, `wrong_output({})` → a sum that is a text, `fail({})` that says "it went wrong", and
 * `slow({ ms })`, which takes that long.
 */
export interface SourceFixture extends AsyncDisposable {
  readonly source: ToolSource;
  readonly server: string;
  /** Calls of `slow` that its own side has seen being given up. */
  cancelled(): Promise<number>;
}

/** Where a source is different, and why it may be. */
export interface SourceDifferences {
  /** Texts that `echo` cannot take. */
  readonly unsendable?: readonly string[];
  /** Its tools cannot say what they give, so nothing is checked. @default false */
  readonly hasNoOutputSchemas?: boolean;
}

const NEVER = new AbortController().signal;

const TEXTS: Readonly<Record<string, string>> = {
  plain: "hello",
  quotes: `"'\`\\ \r\n\t & = # ? / % + ; ,`,
  unicode: "ä 漢字 \u{1f600}",
  prototype: "__proto__",
  nul: "a\u0000b",
  surrogate: "a\ud800b",
  long: "x".repeat(200_000),
};

/** Declares the suite for one kind of source. */
export function sourceContract(
  name: string,
  open: () => Promise<SourceFixture>,
  differs: SourceDifferences = {},
): void {
  Deno.test(`${name}: keeps the contract of sources`, async (t) => {
    await using fixture = await open();
    const { source, server } = fixture;
    await source.tried?.(server, NEVER);
    const catalog = createCatalog([source], { logger: createLogger([], "error") });
    await listing(t, fixture, catalog, differs);
    await values(t, fixture, catalog, differs);
    await failures(t, fixture, catalog, differs);
    await interruptions(t, fixture);
  });
}

async function listing(
  t: Deno.TestContext,
  { source, server }: SourceFixture,
  catalog: Catalog,
  { hasNoOutputSchemas = false }: SourceDifferences,
): Promise<void> {
  await t.step("it lists its server and tools", () => {
    const [group] = source.groups();
    assert.equal(source.groups().length, 1);
    assert.equal(group?.server, server);
    const names = group?.tools.map((tool) => tool.name) ?? [];
    for (const tool of ["echo", "sum", "wrong_output", "fail", "slow"]) {
      assert.ok(names.includes(tool), tool);
    }
    for (const tool of group?.tools ?? []) {
      assert.equal(tool.server, server);
      assert.ok(Object.isFrozen(tool));
    }
    assert.deepEqual(catalog.servers(), [server]);
    assert.equal(catalog.find(server, "sum")?.name, "sum");
  });

  await t.step("it knows its server and no other", () => {
    assert.equal(source.has(server), true);
    for (const other of ["other", "", "constructor", "__proto__"]) {
      assert.equal(source.has(other), false, other);
    }
  });

  await t.step("its schemas say what is asked and given", () => {
    const sum = catalog.find(server, "sum");
    const { properties, required } = sum?.inputSchema as Record<string, unknown>;
    assert.deepEqual(Object.keys(properties as object), ["a", "b"]);
    assert.deepEqual(required, ["a", "b"]);
    const output = sum?.outputSchema as Record<string, unknown> | undefined;
    assert.equal(output?.["type"], hasNoOutputSchemas ? undefined : "object");
  });

  await t.step("a listener can be taken back", () => {
    const before = catalog.version;
    const listening = source.onChange(() => assert.fail("told after it was taken back"));
    listening[Symbol.dispose]();
    assert.equal(catalog.version, before);
  });
}

async function values(
  t: Deno.TestContext,
  { source, server }: SourceFixture,
  catalog: Catalog,
  { unsendable = [] }: SourceDifferences,
): Promise<void> {
  for (const [what, text] of Object.entries(TEXTS)) {
    if (unsendable.includes(what)) continue;
    await t.step(`a text comes back as it was: ${what}`, async () => {
      assert.equal(await callByName(catalog, server, "echo", { text }, { signal: NEVER }), text);
    });
  }

  await t.step("what has a schema is marked as structured", async () => {
    const { value, isStructured } = await source.call(server, "sum", { a: 1, b: 2 }, {
      signal: NEVER,
    });
    assert.deepEqual({ value, isStructured }, { value: { sum: 3 }, isStructured: true });
  });

  await t.step("calls at the same time do not mix", async () => {
    const sums = await Promise.all(
      Array.from(
        { length: 20 },
        (_, a) => callByName(catalog, server, "sum", { a, b: a }, { signal: NEVER }),
      ),
    );
    assert.deepEqual(sums, Array.from({ length: 20 }, (_, a) => ({ sum: 2 * a })));
  });
}

async function failures(
  t: Deno.TestContext,
  { source, server }: SourceFixture,
  catalog: Catalog,
  { hasNoOutputSchemas = false }: SourceDifferences,
): Promise<void> {
  await t.step("what a tool says when it fails is told", async () => {
    const error = await codeOf(
      "MCP_TOOL_ERROR",
      source.call(server, "fail", {}, { signal: NEVER }),
    );
    assert.match(error.message, /it went wrong/);
    assert.equal(error.details["server"], server);
    assert.equal(error.details["tool"], "fail");
    assert.match(String(error.details["message"]), /it went wrong/);
  });

  await t.step("a tool that is not there is not found", async () => {
    for (const tool of ["nope", "", "constructor", "toString", "__proto__"]) {
      const error = await codeOf(
        "TOOL_NOT_FOUND",
        source.call(server, tool, {}, { signal: NEVER }),
      );
      assert.equal(error.message, `The server "${server}" has no tool "${tool}"`);
    }
  });

  await t.step("input that is not valid is refused", async () => {
    for (const input of [{}, { a: 1 }, { a: "x", b: {} }, [], "text", null]) {
      await codeOf(
        "TOOL_INPUT_INVALID",
        callByName(catalog, server, "sum", input, { signal: NEVER }),
      );
    }
  });

  await t.step("output that breaks its schema is refused", async () => {
    const call = callByName(catalog, server, "wrong_output", {}, { signal: NEVER });
    if (hasNoOutputSchemas) return assert.deepEqual(await call, { sum: "not a number" });
    const error = await codeOf("TOOL_OUTPUT_INVALID", call);
    assert.deepEqual(error.details["issues"], [{ path: "/sum", message: "must be number" }]);
  });
}

async function interruptions(
  t: Deno.TestContext,
  { source, server, cancelled }: SourceFixture,
): Promise<void> {
  await t.step("a call that nobody wants any more ends", async () => {
    const before = await cancelled();
    const controller = new AbortController();
    const call = source.call(server, "slow", { ms: 60_000 }, { signal: controller.signal });
    const settled = codeOf("CANCELLED", call);
    // Time for the call to be on its way; the answer does not depend on it.
    await new Promise((resolve) => setTimeout(resolve, 100));
    controller.abort();
    const error = await settled;
    assert.equal(error.message, 'The call of "slow" was cancelled');
    assert.equal(error.details["mayHaveTakenEffect"], true);
    while (await cancelled() === before) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  await t.step("a call that takes too long ends", async () => {
    const before = await cancelled();
    const call = source.call(server, "slow", { ms: 60_000 }, { signal: NEVER, timeoutMs: 100 });
    const error = await codeOf("TOOL_TIMEOUT", call);
    assert.equal(error.details["server"], server);
    assert.equal(error.details["mayHaveTakenEffect"], true);
    while (await cancelled() === before) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  await t.step("a call whose caller has gone is not made", async () => {
    const before = await cancelled();
    const gone = AbortSignal.abort();
    await codeOf("CANCELLED", source.call(server, "slow", { ms: 60_000 }, { signal: gone }));
    assert.equal(await cancelled(), before);
  });
}

async function codeOf(code: ErrorCode, work: Promise<unknown>): Promise<CodemodeError> {
  const [result] = await Promise.allSettled([work]);
  assert.ok(result.status === "rejected", `it should have failed with ${code}`);
  assert.ok(result.reason instanceof CodemodeError, String(result.reason));
  assert.equal(result.reason.code, code, result.reason.message);
  return result.reason;
}
