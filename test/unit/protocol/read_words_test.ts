/** Words of a command line as a tool's input. */

import assert from "node:assert/strict";
import type { GuestWords } from "../../../src/protocol/frames.ts";
import { readWords, type Word } from "../../../src/protocol/read_words.ts";

const SHAPE: GuestWords = {
  summary: "",
  isOpen: false,
  parameters: [
    { name: "query", kind: "string", isRequired: true, summary: "" },
    { name: "maxItems", kind: "integer", isRequired: false, summary: "" },
    { name: "ratio", kind: "number", isRequired: false, summary: "" },
    { name: "deep", kind: "boolean", isRequired: false, summary: "" },
    { name: "tags", kind: "array", items: "string", isRequired: false, summary: "" },
    { name: "where", kind: "object", isRequired: false, summary: "" },
    { name: "mode", kind: "string", choices: ["a", "b"], isRequired: false, summary: "" },
    { name: "any", kind: "any", isRequired: false, summary: "" },
  ],
};

const JSON_NAMED: GuestWords = {
  summary: "",
  isOpen: false,
  parameters: [{ name: "json", kind: "string", isRequired: true, summary: "" }],
};

function read(words: readonly Word[], stdin: Word = "", shape: GuestWords = SHAPE) {
  const result = readWords(words, shape, () => stdin);
  return result.ok ? result.input : `${result.at ?? "-"}: ${result.message}`;
}

Deno.test("words become what the schema says they are", () => {
  assert.deepEqual(
    [
      read(["--query", "007", "--max-items", "3", "--ratio=0.5", "--deep", "--mode", "b"]),
      read(["ada", "--no-deep", "--tags", "x", "--tags", '["y","z"]', "--where", '{"a":[1]}']),
      read(["--any", "[1]", "--any=null", "--query", "--odd", "--deep", "false"]),
      read(["--json", '{"query":"x","extra":1}', "--maxItems", "2"]),
      read(["-"], '{"query":"piped"}'),
      read(["--deep", "--"], '{"query":"piped"}'),
      read(['{"query":"x","deep":true}']),
      read(['{"query":"x","other":true}']),
      read(["{}"]),
      read([`{"json":"x"}`], "", JSON_NAMED),
      read(['{"query":"x"}', "3"]),
      read(['{"x":1}'], "", { summary: "", isOpen: true, parameters: [] }),
      read(["a", "7"]),
      read(["--__proto__", "1"], "", { summary: "", isOpen: true, parameters: [] }),
      read([], "", { summary: "", isOpen: false, parameters: [] }),
    ],
    [
      { query: "007", maxItems: 3, ratio: 0.5, deep: true, mode: "b" },
      { query: "ada", deep: false, tags: ["x", "y", "z"], where: { a: [1] } },
      { any: null, query: "--odd", deep: false },
      { query: "x", extra: 1, maxItems: 2 },
      { query: "piped" },
      { deep: true, query: "piped" },
      { query: "x", deep: true },
      { query: '{"query":"x","other":true}' },
      { query: "{}" },
      { json: "x" },
      { query: '{"query":"x"}', maxItems: 3 },
      { x: 1 },
      { query: "a", maxItems: 7 },
      Object.fromEntries([["__proto__", 1]]),
      undefined,
    ],
  );
});

Deno.test("misuse says what is wrong, and with which word", () => {
  assert.deepEqual(
    [
      read(["--qurey", "x"]),
      read(["--zzz", "x"], "", { summary: "", isOpen: false, parameters: [] }),
      read(["--query"]),
      read([]),
      read(["x", "--maxItems", "1.5"]),
      read(["x", "--ratio", "much"]),
      read(["x", "--deep=perhaps"]),
      read(["x", "--mode", "c"]),
      read(["x", "--where", "[1]"]),
      read(["x", "--json", "[1]"]),
      read(["-"], "no json"),
      read(["x", "1", "2", "true", "t", "{}", "a", "n", "more"]),
    ],
    [
      "0: unknown option --qurey. Did you mean --query?",
      "0: unknown option --zzz: it takes none",
      "0: --query needs a value",
      "-: missing --query",
      '1: --maxItems must be a whole number: it is "1.5"',
      '1: --ratio must be a number: it is "much"',
      '1: --deep must be true or false: it is "perhaps"',
      '1: --mode must be one of a, b: it is "c"',
      '1: --where must be a JSON object: it is "[1]"',
      "1: --json is not a JSON object",
      "0: standard input is not a JSON object",
      '8: unexpected word "more"',
    ],
  );
});

Deno.test("what is not known is left alone, what is known all the same is not", () => {
  assert.deepEqual(
    [
      read([undefined]),
      read(["--query", undefined, "--maxItems", "2"]),
      read([undefined, "--maxItems", "x"]),
      read(["--json", undefined]),
      read([undefined, "--nope", "1"]),
    ],
    [
      undefined,
      { query: undefined, maxItems: 2 },
      '1: --maxItems must be a whole number: it is "x"',
      undefined,
      "1: unknown option --nope. Options: --query, --maxItems, --ratio, --deep, --tags, --where, " +
      "--mode, --any",
    ],
  );
});

Deno.test("values of a list that stand in a row are told to repeat its option", () => {
  const paths: GuestWords = {
    summary: "",
    isOpen: false,
    parameters: [{ name: "paths", kind: "array", items: "string", isRequired: true, summary: "" }],
  };
  assert.deepEqual(
    [read(["--paths", "a", "b"], "", paths), read(["a", "b"], "", paths)],
    [
      '2: unexpected word "b": repeat --paths for each value',
      '1: unexpected word "b": repeat --paths for each value',
    ],
  );
});
