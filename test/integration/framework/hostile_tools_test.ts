/** Tools of the embedding program that give or throw what breaks when it is looked at. */

import assert from "node:assert/strict";
import { z } from "zod";
import { CodemodeExecutor, createCodemode, tool } from "../../../src/mod.ts";

function changing(later: (self: object) => unknown): object {
  let reads = 0;
  return {
    get a() {
      reads += 1;
      return reads > 1 ? later(this) : 1;
    },
  };
}

function withoutToJson<T extends object>(target: T): T {
  return new Proxy(target, {
    get(own, key) {
      if (key === "toJSON") throw new Error("no such field");
      return Reflect.get(own, key);
    },
  });
}

function fail(): never {
  throw new Error("unreadable");
}

function throwing(thrown: unknown): () => never {
  return () => {
    throw thrown;
  };
}

const TOOLS = {
  proxy: () => withoutToJson({ a: 1 }),
  proxyList: () => withoutToJson([1]),
  thrownProxy: throwing(new Proxy({}, { get: fail, getPrototypeOf: fail })),
  thrownDetails: throwing(Object.assign(new Error("m"), { details: withoutToJson({ a: 1 }) })),
  getter: () => changing(fail),
  getterBig: () => changing(() => 5n),
  getterCircle: () => changing((self) => self),
  fine: () => "fine",
};

const asks = (namespace: string) =>
  `async () => {
    const answers = {};
    for (const name of Object.keys(${namespace})) {
      try { answers[name] = await ${namespace}[name]({}); } catch (e) { answers[name] = e.message; }
    }
    return answers;
  }`;

Deno.test("executor: whatever a function gives or throws, only its call fails", async () => {
  await using executor = new CodemodeExecutor({ runtime: "quickjs" });
  const { result, error } = await executor.execute(asks("codemode"), TOOLS);
  assert.equal(error, undefined);
  assert.deepEqual(result, {
    proxy: { a: 1 },
    proxyList: [1],
    thrownProxy: "The thrown value cannot be read",
    thrownDetails: "m",
    getter: { a: 1 },
    getterBig: { a: 1 },
    getterCircle: { a: 1 },
    fine: "fine",
  });
});

Deno.test("native tools: whatever one gives or throws, only its call fails", async () => {
  const tools = Object.fromEntries(
    Object.entries(TOOLS).map((
      [name, execute],
    ) => [name, tool({ description: name, input: z.object({}), execute })]),
  );
  await using codemode = await createCodemode({ tools, logLevel: "error" });
  const answer = await codemode.execute(asks("tools"), { runtime: "quickjs" });
  assert.equal(answer.success, true);
  const result = answer.success ? answer.result : undefined;
  const { thrownProxy, fine, thrownDetails, ...given } = result as Record<string, unknown>;
  assert.deepEqual([thrownProxy, fine, thrownDetails], [
    "The tool threw something that cannot be read",
    "fine",
    "m",
  ]);
  assert.deepEqual(Object.keys(given).sort(), [
    "getter",
    "getterBig",
    "getterCircle",
    "proxy",
    "proxyList",
  ]);
  assert.deepEqual(given["proxyList"], [1]);
});
