/** What is no tool, no set and no option: told in the words of the functions that take them. */

import assert from "node:assert/strict";
import { z } from "zod";
import {
  aiSdk,
  createCodemode,
  langchain,
  mcpServer,
  openapi,
  tool,
  toolSet,
} from "../../src/mod.ts";
import { assertToolSet } from "../../src/tool_set.ts";

const add = tool({ input: z.object({ a: z.number() }), execute: ({ a }) => a });
const execute = () => 1;
const ZOD = "a schema of zod 4, such as z.object({ … })";
const HOW = "make a tool with tool({ description, input, execute })";
const FOREIGN = "is a tool of another framework; make a set with aiSdk({ … }) or langchain([…])";
const TAKES = "it takes { description, input, output, execute }";

/** Calls as a JavaScript program makes them. */
const call = (of: unknown, ...given: unknown[]) =>
  (of as (...given: unknown[]) => unknown)(...given);

const FAULTS: readonly (readonly [message: string, act: () => unknown])[] = [
  [`Cannot make a tool: ${TAKES}, not undefined`, () => call(tool)],
  [`Cannot make a tool: "input" must be ${ZOD}, not undefined`, () => call(tool, { execute })],
  [
    `Cannot make a tool: "input" must be ${ZOD}, not an object`,
    () => call(tool, { input: { a: 1 }, execute }),
  ],
  [
    `Cannot make a tool: "input" must be ${ZOD}, not a schema of zod 3`,
    () => call(tool, { input: { _def: {} }, execute }),
  ],
  [
    `Cannot make a tool: "output" must be ${ZOD}, not "number"`,
    () => call(tool, { input: z.object({}), output: "number", execute }),
  ],
  [
    'Cannot make a tool: "execute" must be a function, not undefined',
    () => call(tool, { input: z.object({}) }),
  ],
  [
    "Cannot make a set of tools: the tools must be an object of tools by name, not a list",
    () => call(toolSet, [add]),
  ],
  [`Cannot make a set of tools: "x" is a function; ${HOW}`, () => call(toolSet, { x: execute })],
  [
    "Cannot use tools of the AI SDK: the tools must be an object of tools by name, not undefined",
    () => call(aiSdk),
  ],
  ['Cannot use the AI SDK tool "a": it has no execute', () => call(aiSdk, { a: undefined })],
  ["Cannot use LangChain tools: they must be a list, not undefined", () => call(langchain)],
  [
    "Cannot use LangChain tools: number 2 has no name or no invoke",
    () => call(langchain, [{ name: "a", schema: {}, invoke: execute }, {}]),
  ],
  [
    'Cannot add the server "m": it must be made by toolSet, aiSdk, langchain, openapi or mcpServer; ' +
    "for tools by name it is toolSet({ … })",
    () => assertToolSet("m", { add }),
  ],
  ["Cannot add a server: its name must be a text", () => assertToolSet(5, toolSet({ add }))],
];

for (const [message, act] of FAULTS) {
  Deno.test(`refused: ${message}`, () => {
    assert.throws(act, { name: "TypeError", message });
  });
}

const LOGGER = { debug() {}, info() {}, warn() {}, error() {} };
const NOT_CREATED: readonly (readonly [message: string, options: unknown])[] = [
  ["it takes an object of options, not null", null],
  [`"x" is 5; ${HOW}`, { tools: { x: 5 } }],
  ["the tools must be an object of tools by name, not a list", { tools: [add] }],
  ['"x" has no function execute', { tools: { x: { kind: "native" } } }],
  [
    '"x" has no inputSchema; make it with tool({ description, input, execute })',
    { tools: { x: { execute } } },
  ],
  [`"x" ${FOREIGN}`, { tools: { x: { inputSchema: z.object({}), execute } } }],
  [`"x" ${FOREIGN}`, { tools: { x: { inputSchema: { jsonSchema: {} }, execute } } }],
  ['"logLevel" must be one of debug, info, warn, error, not "loud"', { logLevel: "loud" }],
  ['"logger" must have a function "child"', { logger: LOGGER }],
];

for (const [message, options] of NOT_CREATED) {
  Deno.test(`not created: ${message} ${JSON.stringify(options)?.slice(0, 40)}`, async () => {
    const creating = createCodemode(options as Parameters<typeof createCodemode>[0]);
    await assert.rejects(creating, {
      name: "TypeError",
      message: `Cannot create Code Mode: ${message}`,
    });
  });
}

Deno.test("what is a tool or a set is taken as one", () => {
  const native = { inputSchema: true, execute };
  for (
    const set of [toolSet({ add, native }), openapi({ document: "a" }), aiSdk({}), langchain([])]
  ) {
    assertToolSet("m", set);
  }
  assertToolSet("m", mcpServer({ transport: "stdio" }));
});
