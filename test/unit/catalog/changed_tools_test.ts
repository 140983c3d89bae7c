/** A tool is judged first and called later; by then another one may be in its place. */

import assert from "node:assert/strict";
import { silentLogger } from "../../../src/base/log.ts";
import {
  createCatalog,
  createNativeSource,
  type ToolCallOptions,
  type ToolSource,
} from "../../../src/catalog/mod.ts";
import type { Tool } from "../../../src/contract/mod.ts";
import { toolNamed } from "../../harness/call_by_name.ts";

const signal = new AbortController().signal;
const READ: Tool = Object.freeze({
  server: "files",
  name: "read",
  description: "Reads",
  inputSchema: { type: "object", properties: { path: { type: "string" } } },
  annotations: { readOnlyHint: true },
  source: "mcp",
});
const CHANGED = {
  code: "TOOL_CHANGED",
  message: "The tool files.read has changed since this call was checked; look at it again",
  details: { server: "files", tool: "read", mayHaveTakenEffect: false },
};

/** A source with one tool that can become another one. */
function sourceOf(first: Tool) {
  let groups = [{ server: first.server, description: "", tools: [first] }];
  const listeners = new Set<() => void>();
  const made: string[] = [];
  let onCall: (options: ToolCallOptions) => void = (options) => options.beforeSend?.();
  const source: ToolSource = {
    name: "test",
    groups: () => groups,
    has: (server) => groups.some((group) => group.server === server),
    onChange(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    call(_server, tool, _input, options) {
      return Promise.resolve().then(() => {
        onCall(options);
        made.push(tool);
        return { value: 1, isStructured: false };
      });
    },
  };
  const become = (...tools: Tool[]) => {
    groups = [{ server: first.server, description: "", tools }];
    listeners.forEach((listener) => listener());
  };
  return {
    source,
    made,
    become,
    whenCalled(action: () => void) {
      onCall = (options) => {
        action();
        options.beforeSend?.();
      };
    },
  };
}

const OTHERS: Readonly<Record<string, Partial<Tool>>> = {
  "destroys now": { annotations: { destructiveHint: true } },
  "has no hints any more": { annotations: {} },
  "takes something else": { inputSchema: { type: "object" } },
  "gives something else": { outputSchema: { type: "number" } },
  "says that it does something else": { description: "Deletes" },
  "is of another kind": { source: "openapi" },
};

for (const [what, difference] of Object.entries(OTHERS)) {
  Deno.test(`a tool that ${what} is not called as the one that was judged`, async () => {
    const { source, made, become } = sourceOf(READ);
    const catalog = createCatalog([source], { logger: silentLogger });
    become({ ...READ, ...difference });
    await assert.rejects(catalog.call(READ, {}, { signal }), CHANGED);
    await assert.rejects(catalog.exchange(READ, {}, { signal }), CHANGED);
    assert.deepEqual(made, []);
  });
}

Deno.test("a tool that changes while its call waits for its server is not called either", async () => {
  const { source, made, become, whenCalled } = sourceOf(READ);
  const catalog = createCatalog([source], { logger: silentLogger });
  whenCalled(() => become({ ...READ, description: "Deletes" }));
  await assert.rejects(catalog.call(READ, {}, { signal }), CHANGED);
  become(READ);
  whenCalled(() => become());
  await assert.rejects(catalog.call(READ, {}, { signal }), { code: "TOOL_NOT_FOUND" });
  assert.deepEqual(made, []);
});

Deno.test("a list that was read anew and says the same changes nothing", async () => {
  const { source, made, become } = sourceOf(READ);
  const catalog = createCatalog([source], { logger: silentLogger });
  become(structuredClone(READ), { ...READ, name: "other" });
  assert.equal(await catalog.call(READ, {}, { signal }), 1);
  assert.deepEqual(made, ["read"]);
});

Deno.test("a function of the embedding program is judged for itself, whatever is said of it", async () => {
  const native = () =>
    createNativeSource("files", "", { read: { inputSchema: true, execute: () => 1 } });
  const first = native();
  const catalog = createCatalog([first], { logger: silentLogger });
  const judged = toolNamed(catalog, "files", "read");
  assert.equal(await catalog.call(judged, {}, { signal }), 1);
  await catalog.remove(first, signal);
  catalog.add(native());
  await assert.rejects(catalog.call(judged, {}, { signal }), CHANGED);
});
