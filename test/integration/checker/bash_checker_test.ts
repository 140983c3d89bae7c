/** Scripts are checked by the parser that sandboxes run, on a thread and in place. */

import assert from "node:assert/strict";
import {
  type Checker,
  type CheckerRequest,
  createBashChecker,
  printBashDeclarations,
} from "../../../src/checker/mod.ts";
import { WORDED_MEMORY } from "../../contract/language_contract.ts";

const REQUEST: Omit<CheckerRequest, "code"> = {
  language: "bash",
  declarations: printBashDeclarations(WORDED_MEMORY),
  ambient: { runtime: "bash", network: false },
  mode: "error",
};

async function say(checker: Checker, code: string, changes: Partial<CheckerRequest> = {}) {
  const result = await checker.check({ ...REQUEST, code, ...changes });
  const found = result.diagnostics.map(({ line, column, endColumn, severity, code, message }) =>
    `${line}:${column}-${endColumn} ${severity} ${code} ${message}`
  );
  return [`${result.ok} ${result.kind}`, ...found];
}

Deno.test("syntax, commands and calls of tools, in submitted places", async () => {
  await using checker = createBashChecker({ thread: false });
  const faults: Record<string, readonly string[]> = {
    "if true; then": [
      "1:14-15 error BASH_SYNTAX Syntax error near unexpected token `fi'.",
    ],
    "echo 'open": [
      "1:1-11 error BASH_SYNTAX Unexpected EOF while looking for matching `''.",
    ],
    "f() { echo 5; }\nx=$(( $(f) + 1 ))": [
      "2:7-11 error BASH_SYNTAX A command inside $((…)) is not supported here.",
    ],
    "(( n = `nproc` + ${x:-$(date)} ))": [
      "1:8-15 error BASH_SYNTAX A command inside $((…)) is not supported here.",
      "1:18-31 error BASH_SYNTAX A command inside $((…)) is not supported here.",
    ],
    "x=1\n  grpe x | sort": [
      "2:3-7 error UNKNOWN_COMMAND There is no command grpe. Did you mean grep?",
    ],
    "trap 'rm x' EXIT": [
      "1:1-5 error UNKNOWN_COMMAND trap is not supported here: " +
      "test exit codes instead, as in `command || { …; }`.",
    ],
    "python3 -c 1": [
      "1:1-8 error UNKNOWN_COMMAND python3 is not supported here: " +
      "write the whole program in Python, or use awk or jq.",
    ],
    "frobnicate": [
      "1:1-11 error UNKNOWN_COMMAND There is no command frobnicate. " +
      "`ls /bin` lists those there are, `mcp` the servers of tools.",
    ],
    "mcp memroy x": [
      "1:5-11 error UNKNOWN_SERVER There is no server memroy. Did you mean memory?",
    ],
    'y="$(mcp memory serch_nodes --query 1)"': [
      "1:17-28 error UNKNOWN_TOOL memory has no tool serch_nodes. Did you mean search_nodes?",
    ],
    "```bash\nmcp memory search_nodes \\\n  --qery x\n```\nprose": [
      "3:3-9 error TOOL_ARGUMENTS mcp memory search_nodes: unknown option --qery. Did you mean --query?",
    ],
    "memory search_nodes | jq .": [
      "1:8-20 error TOOL_ARGUMENTS memory search_nodes: missing --query.",
    ],
    "curl https://x.test": [
      "1:1-5 error NETWORK_NOT_GRANTED This program was granted no network, so curl reaches nothing.",
    ],
  };
  for (const [code, expected] of Object.entries(faults)) {
    const kind = expected[0]?.includes("BASH_SYNTAX") ? "false syntax" : "false types";
    assert.deepEqual(await say(checker, code), [kind, ...expected], code);
  }
});

Deno.test("what is known only when it runs is left alone, and so is what the script asks about", async () => {
  await using checker = createBashChecker({ thread: false });
  for (
    const code of [
      'mcp $server search; mcp memory $tool --x; $cmd y; mcp memory search_nodes "$@"',
      "greet() { echo hi; }; greet",
      "command -v foo && foo",
      "./local.sh; /usr/bin/env",
      "cat <<'E'\nnope $(nope)\nE",
      "mcp memory search_nodes --help; mcp; memory",
      "curl https://x.test || true",
      "for x in a b; do case $x in a) echo ;; esac; done; [[ a == a ]] && ((1 + 1))",
    ]
  ) {
    const ambient = { runtime: "bash", network: true } as const;
    assert.deepEqual(await say(checker, code, { ambient }), ["true checked"], code);
  }
});

Deno.test("uses, modes, what is emitted, and other languages' fences", async () => {
  await using checker = createBashChecker({ thread: false, commands: ["jq"] });
  const code = "```sh\nmcp memory search_nodes x | xargs memory search_nodes\n```";
  const { uses, emitted } = await checker.check({ ...REQUEST, code, mode: "off" });
  assert.deepEqual(uses, { tools: ["memory.search_nodes"], globals: ["mcp", "xargs"] });
  assert.equal(emitted?.code, "     \nmcp memory search_nodes x | xargs memory search_nodes\n   ");
  assert.deepEqual(await say(checker, "grep x", { mode: "warn" }), [
    "true checked",
    "1:1-5 warning COMMAND_NOT_ALLOWED The command grep is not allowed here. Allowed are: jq, mcp.",
  ]);
  assert.deepEqual(await say(checker, "```python\nprint(1)\n```"), [
    "false refused",
    "1:1-10 error LANGUAGE_MISMATCH The code is marked as python, but is to run as bash.",
  ]);
});

Deno.test("hostile scripts are bounded", async () => {
  await using checker = createBashChecker({ thread: true });
  assert.deepEqual(await say(checker, "echo hi"), ["true checked"]);
  const kinds = [];
  for (
    const code of [
      "x".repeat(1_000_001),
      `${"(".repeat(9000)}:${")".repeat(9000)}`,
      `echo ${"$(echo ".repeat(250)}${")".repeat(250)}`,
      "a=".repeat(9000),
      `echo ${"{a,".repeat(500)}b${"}".repeat(500)}`,
    ]
  ) kinds.push((await checker.check({ ...REQUEST, code, mode: "off" })).kind);
  assert.deepEqual(kinds, ["refused", "syntax", "syntax", "checked", "syntax"]);
});
