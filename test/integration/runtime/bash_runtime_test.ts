/** The `bash` engine: the contract of languages, and what is its own. */

import assert from "node:assert/strict";
import { encodeValue } from "../../../src/protocol/values.ts";
import { createBashRuntime } from "../../../src/runtime/mod.ts";
import type { CallReply } from "../../../src/runtime/mod.ts";
import type { CallFrame, GuestParameter } from "../../../src/protocol/frames.ts";
import { languageContract, WORDED_MEMORY } from "../../contract/language_contract.ts";
import { AMPLE, program, recordingHost } from "../../harness/programs.ts";
import { summarize } from "../../harness/sandbox.ts";

const SPEC = { memoryLimitBytes: 128 * 1024 * 1024 };
const never = new AbortController().signal;

languageContract("bash in a process", () => createBashRuntime(), {
  value: "echo $((1 + 1))",
  data: `jq -n '{a: [1, "x"]}'`,
  fails: "echo before; echo 'it broke' >&2; exit 3",
  failure: "failed BashError: it broke",
  calls: "mcp memory search_nodes --query ada",
  callsMany:
    "for i in $(seq 20); do memory search_nodes $i > /tmp/$i & done; wait; cat /tmp/* | jq -s .",
  catches: "mcp memory search_nodes --query ada 2> /dev/null || echo caught",
  callsFive: "for i in 1 2 3 4 5; do memory search_nodes $i; done",
  surroundings: `echo "$REGION $(jq -r .user /context.json)"`,
  logs: "echo first >&2; echo second >&2",
  waits: "sleep 60",
  spins: "while :; do :; done",
  large: "printf 'x%.0s' $(seq 6000)",
  leaves:
    "export LEFT=1; left() { :; }; alias left=true; cd /tmp; echo 1 > left; mkdir -p /bin2; echo 1",
  finds:
    "echo clean${LEFT}$(type left 2> /dev/null)$(ls /tmp)$(ls /bin2 2> /dev/null)$(pwd | grep tmp)",
});

/** Scripts one after another in one runtime, as a service would run them. */
async function runAll(
  scripts: readonly string[],
  changes?: Parameters<typeof program>[1],
  answer?: (call: CallFrame) => CallReply,
) {
  await using runtime = createBashRuntime();
  const ends = [];
  for (const script of scripts) {
    const sandbox = await runtime.open(SPEC);
    const host = recordingHost(answer);
    const report = await sandbox.run(
      program(script, { namespaces: WORDED_MEMORY, ...changes }),
      host,
      never,
    );
    ends.push({ ...report, host });
  }
  return ends;
}

Deno.test("bash: standard output is the value: JSON as what it says, else its text", async () => {
  const ends = await runAll([
    "",
    "echo '  {\"a\": 1}  '",
    "echo 007",
    "echo 12345678901234567890",
    "echo 1.5",
    "echo '[1,2'",
    "printf 'two\\nlines\\n\\n'",
    'printf "{}\\n{}\\n"',
    "echo null",
    "echo 'grüße 漢字' | tr a-z A-Z",
    `printf '%0.s[' $(seq 100); printf '%0.s]' $(seq 100)`,
    `echo '{"__proto__": {"x": 1}}'`,
  ]);
  assert.deepEqual(ends.map((end) => summarize(end).slice(0, 60)), [
    'completed ""',
    'completed {"a":1}',
    'completed "007"',
    'completed "12345678901234567890"',
    "completed 1.5",
    'completed "[1,2"',
    'completed "two\\nlines\\n"',
    'completed "{}\\n{}"',
    "completed null",
    'completed "GRüßE 漢字"',
    'completed "' + "[".repeat(49),
    'completed {"__proto__":{"x":1}}',
  ]);
});

Deno.test("bash: what a script printed before it failed is in its log, within bounds", async () => {
  const ends = await runAll([
    "echo hi; exit 3",
    "echo one; echo wrong >&2; printf 'two\\n\\nthree'; false",
    "seq 600; false",
    "printf 'é%.0s' $(seq 9000); false",
    "echo kept; true",
  ]);
  const [plain, mixed, many, long, fine] = ends.map(({ host }) => host.logs);
  assert.deepEqual(plain, [{ level: "log", text: "hi" }]);
  assert.deepEqual(mixed, [
    { level: "log", text: "one" },
    { level: "log", text: "two" },
    { level: "log", text: "" },
    { level: "log", text: "three" },
    { level: "error", text: "wrong" },
  ]);
  assert.deepEqual(many?.length, 501);
  assert.deepEqual(many?.slice(499).map(({ text }) => text), [
    "500",
    "… (399 more characters were printed)",
  ]);
  assert.deepEqual(long, [{ level: "log", text: `${"é".repeat(8192)}…` }]);
  assert.deepEqual(fine, []);
});

Deno.test("bash: a failure says its exit code, its last words and its line", async () => {
  const [script, strict, pipe, tool, syntax] = await runAll(
    [
      "echo fine\ncat /nowhere",
      "set -e\ntrue\nfalse\necho never",
      "set -o pipefail\nfalse | cat",
      "set -e\nmcp memory search_nodes --query ada | jq .",
      "if true; then",
    ],
    {},
    () => ({
      ok: false,
      error: { name: "McpToolError", message: "denied\n by a rule", properties: { code: "X" } },
    }),
  );
  const errorOf = (end: typeof script) => end?.outcome.kind === "failed" && end.outcome.error;
  assert.deepEqual(errorOf(script), {
    name: "BashError",
    message: "cat: /nowhere: No such file or directory",
    place: { line: 2 },
    properties: {
      exitCode: 1,
      stderr: ["cat: /nowhere: No such file or directory"],
      command: "cat /nowhere",
    },
  });
  assert.deepEqual(errorOf(strict), {
    name: "BashError",
    message: "The script ended with exit code 1",
    place: { line: 3 },
    properties: { exitCode: 1, stderr: [], command: "false" },
  });
  assert.equal(pipe && summarize(pipe), "failed BashError: The script ended with exit code 1");
  // Without pipefail the pipe is as its last command, and the tool's words are in the log.
  assert.equal(tool && summarize(tool), 'completed ""');
  assert.deepEqual(tool?.host.logs, [
    { level: "warn", text: "mcp memory search_nodes: denied by a rule" },
  ]);
  assert.equal(
    syntax && summarize(syntax),
    "failed BashError: bash: syntax error: Parse error at 1:14: syntax error near unexpected token `fi'",
  );
});

Deno.test("bash: the line of a failure counts from the script's beginning, wherever it was", async () => {
  const scripts = [
    "set -euo pipefail\nx=$(mcp memory search_nodes --query nope | jq .content)\necho after",
    'set -e\necho "a\nb"\n\nx="$(\n  true\n  cat /nowhere\n)"',
    "set -e\nfor i in 1; do\n  y=$(echo $(false))$(\n    exit 4)\ndone",
    "set -eo pipefail\ntrue\nmcp memory search_nodes --query nope |\n  tr a b |\n  cat",
    "memory search_nodes nope || true\nfalse",
    "f() {\n  cat /nowhere\n}\ntrue\nf",
    "set -e\ncat <<E\none\n$(exit 5)\nE\nz=`cat /nowhere`",
    "true\nmkdir /tmp/a &&\n  diff <(echo 1) \\\n    <(cat /nowhere)",
    // Whichever failed of a pipeline: the one that says so, else where the pipeline begins.
    "set -eo pipefail\ntrue |\n  cat /nowhere |\n  sort",
    "set -eo pipefail\ntrue\necho a |\n  grep b |\n  sort",
    "set -e\ntrue\necho a |\n  sort |\n  grep b",
  ];
  const error = { name: "McpToolError", message: "denied" };
  const ends = await runAll(scripts, {}, () => ({ ok: false, error }));
  const places = ends.map(({ outcome }) => {
    assert.ok(outcome.kind === "failed");
    return `${outcome.error.place?.line} ${outcome.error.properties?.["command"]}`;
  });
  assert.deepEqual(places, [
    "2 x=$(mcp memory search_nodes --query nope | jq .content)",
    "7 cat /nowhere",
    "4 exit 4)",
    "3 mcp memory search_nodes --query nope |",
    "2 false",
    "2 cat /nowhere",
    "6 z=`cat /nowhere`",
    "4 <(cat /nowhere)",
    "3 cat /nowhere |",
    "3 echo a |",
    "5 grep b",
  ]);
});

Deno.test("bash: the tool's error is the cause of the failure it brought", async () => {
  const error = { name: "McpToolError", message: "denied", properties: { code: "DENIED" } };
  const [end] = await runAll(["memory search_nodes ada"], {}, () => ({ ok: false, error }));
  assert.ok(end?.outcome.kind === "failed");
  assert.equal(end.outcome.error.message, "memory search_nodes: denied");
  assert.deepEqual(end.outcome.error.cause, error);
});

Deno.test("bash: tools are listed, explained and found; misuse has an exit code of its own", async () => {
  const ends = await runAll([
    "mcp",
    "mcp memory",
    "mcp memory search_nodes --help",
    'echo \'{"query": "x"}\' | mcp memory search_nodes --',
    'mcp memory searchNodes --json \'{"query": "y"}\'',
    "codemode call memory.search_nodes --query z",
    "codemode search find nodes",
    'codemode call memory.search_nodes \'{"query": "w"}\'; mcp memory search_nodes \'{"query": "v"}\'',
    "mcp memroy; echo $?",
    "mcp memory serch; echo $?",
    "mcp memory search_nodes; echo $?",
    "mcp memory search_nodes a b; echo $?",
  ]);
  assert.deepEqual(ends.map(summarize), [
    'completed "memory\\t1 tool"',
    'completed "search_nodes --query <string>\\tFinds nodes"',
    'completed "usage: mcp memory search_nodes --query <string>\\nFinds nodes\\n' +
    "  --query <string> (required)  What to find\\n" +
    "  --json '{…}'  the whole input as JSON; with - or a last --, read from standard input\"",
    'completed {"query":"x"}',
    'completed {"query":"y"}',
    'completed ["memory.search_nodes",{"query":"z"}]',
    'completed "find nodes"',
    'completed "[\\"memory.search_nodes\\",{\\"query\\":\\"w\\"}]\\n{\\"query\\":\\"v\\"}"',
    "completed 2",
    "completed 2",
    "completed 2",
    "completed 2",
  ]);
  assert.deepEqual(ends.slice(8).map(({ host }) => host.logs[0]?.text), [
    'mcp: unknown server "memroy". Did you mean memory?',
    'mcp memory: unknown tool "serch". Tools: search_nodes',
    "mcp memory search_nodes: missing --query",
    'mcp memory search_nodes: unexpected word "b"',
  ]);
});

Deno.test("bash: the help of a tool says which options are repeated", async () => {
  const paths: GuestParameter = {
    name: "paths",
    kind: "array",
    items: "string",
    isRequired: true,
    summary: "All",
  };
  const words = { summary: "Reads", isOpen: false, parameters: [paths] };
  const tools = [{ name: "read", aliases: [], words }];
  const namespaces = [{ name: "files", global: true, member: true, tools }];
  const [end] = await runAll(["mcp files read --help | sed -n 3p"], { namespaces });
  assert.equal(
    end && summarize(end),
    'completed "  --paths <string…> (required, repeat for each value)  All"',
  );
});

Deno.test("bash: commands in the background keep variables and functions, and wait waits", async () => {
  const ends = await runAll([
    'greet() { echo "hi $1 $name"; }; name=ada; greet you & wait; echo after',
    "(echo a & echo b) & wait; echo c",
    "false & wait %1; echo $?",
    "echo late &",
    "for i in $(seq 300); do : & done; wait; echo done",
  ]);
  assert.deepEqual(ends.map(summarize), [
    'completed "hi you ada\\nafter"',
    'completed "b\\na\\nc"',
    "completed 1",
    'completed "late"',
    'completed "done"',
  ]);
  assert.equal(ends[4]?.host.logs[0]?.text, "bash: more than 256 commands in the background");
});

Deno.test("bash: what serves jobs is not listed, and options of xargs may touch their values", async () => {
  const ends = await runAll([
    "ls /bin /usr/bin | grep -c job; ls /bin | grep -c wait; true",
    "seq 2 | xargs -I{} echo 'n{}'",
    "seq 3 | xargs -r -n2 echo",
    "seq 2 | xargs -I % echo -n2 %-",
    "seq 1 | xargs echo -n2",
    "printf a,b | xargs -d, -n 1 echo",
  ]);
  assert.deepEqual(ends.map(summarize), [
    'completed "0\\n0"',
    'completed "n1\\nn2"',
    'completed "1 2\\n3"',
    'completed "-n2 1-\\n-n2 2-"',
    'completed "-n2 1"',
    'completed "a\\nb"',
  ]);
});

Deno.test("bash: curl goes through the host, and without a grant says what is missing", async () => {
  const response = {
    url: "http://api.test/b",
    redirected: false,
    status: 201,
    statusText: "Made",
    headers: [["x-a", "1"], ["content-type", "application/json"]],
    body: new TextEncoder().encode('{"ok": "jä"}'),
  };
  const answer = () => ({ ok: true, value: encodeValue(response).wire }) as const;
  const scripts = [
    `curl -sS http://api.test/a | jq -r .ok`,
    `curl -s -o /dev/null -w '%{http_code}' -X PUT --json '{"a":1}' -H 'X-B: 2' http://api.test/a`,
    `curl -sG -d q=1 --data-urlencode 'r=a b' http://api.test/a > /dev/null`,
    `echo body | curl -s --data-binary @- -L http://api.test/a > /dev/null`,
    `curl -s -u me:pass http://api.test/a > /dev/null`,
  ];
  const ends = await runAll(scripts, { access: { network: true } }, answer);
  assert.deepEqual(ends.slice(0, 2).map(summarize), ['completed "jä"', "completed 201"]);
  const requests = ends.map(({ host }) => host.calls[0]?.args[0] as Record<string, unknown>);
  assert.deepEqual(
    requests.map(({ url, method, redirect }) => [url, method, redirect]),
    [
      ["http://api.test/a", "GET", "manual"],
      ["http://api.test/a", "PUT", "manual"],
      ["http://api.test/a?q=1&r=a%20b", "GET", "manual"],
      ["http://api.test/a", "POST", "follow"],
      ["http://api.test/a", "GET", "manual"],
    ],
  );
  assert.deepEqual(requests[4]?.["headers"], [["authorization", "Basic bWU6cGFzcw=="]]);
  const [refused] = await runAll(["curl -s https://api.test/x; echo $?"]);
  assert.equal(refused && summarize(refused), "completed 7");
  assert.deepEqual(
    refused?.host.logs[0]?.text,
    [
      'curl: (7) This program may not reach api.test:443: the capability "network:api.test:443" is missing',
    ][0],
  );
});

Deno.test("bash: granted files are in the tree, read by calls, and read-only where they are", async () => {
  const files = new Map([["data/a.txt", "alpha\n"], ["/srv/out/b", ""]]);
  const missing = {
    ok: false,
    error: { name: "Error", message: "no", properties: { code: "NOT_FOUND" } },
  } as const;
  const answer = ({ tool, args }: CallFrame): CallReply => {
    const path = String(args[0]);
    const ok = (value: unknown) => ({ ok: true, value: encodeValue(value).wire }) as const;
    const isFolder = path === "data" || path === "/srv/out";
    if (tool === "writeBytes") {
      files.set(path, new TextDecoder().decode(encodedBytes(args[1])));
      return ok(undefined);
    }
    if (tool === "list") {
      const names = [...files.keys()].filter((name) => name.startsWith(`${path}/`));
      return ok(names.map((name) => ({ name: name.slice(path.length + 1), kind: "file" })));
    }
    const text = files.get(path);
    if (!isFolder && text === undefined) return missing;
    if (tool === "stat") {
      const kind = isFolder ? "folder" : "file";
      return ok({ kind, size: text?.length ?? 0, modified: new Date(0) });
    }
    return ok(new TextEncoder().encode(text));
  };
  const paths = [{ path: "data", isWritable: false }, { path: "/srv/out", isWritable: true }];
  const ends = await runAll(
    [
      "cat data/a.txt; ls data; wc -l < data/a.txt",
      "cp data/a.txt /srv/out/copy; echo more >> /srv/out/copy; cat /srv/out/copy",
      "echo no > data/a.txt",
      "cat data/../../../etc/passwd; cat /srv/out/../secret",
      "cat data/none",
    ],
    { access: { files: true, paths } },
    answer,
  );
  assert.deepEqual(ends.map(summarize), [
    'completed "alpha\\na.txt\\n1"',
    'completed "alpha\\nmore"',
    "failed BashError: bash: EROFS: read-only file system, open '/home/user/data/a.txt'",
    "failed BashError: cat: /srv/out/../secret: No such file or directory",
    "failed BashError: cat: data/none: No such file or directory",
  ]);
  assert.deepEqual(files.get("data/a.txt"), "alpha\n");
  assert.deepEqual(ends[3]?.host.calls, []);
});

function encodedBytes(wire: unknown): Uint8Array {
  const { value } = wire as { readonly value: { readonly data?: string } | string };
  const text = typeof value === "string" ? value : value.data ?? "";
  return Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0));
}

Deno.test("bash: only the commands an operator lists are there", async () => {
  await using runtime = createBashRuntime({ commands: ["cat", "jq"] });
  const sandbox = await runtime.open(SPEC);
  const host = recordingHost();
  const script = "echo '{}' | jq -c . ; grep x /dev/null; curl http://x.test; mcp";
  const report = await sandbox.run(program(script, { budget: AMPLE }), host, never);
  assert.equal(summarize(report), "completed {}");
  assert.equal(host.logs[0]?.text, "bash: grep: command not found");
});

Deno.test("bash: a process serves one program after another, until it is worn", async () => {
  await using runtime = createBashRuntime({ runsPerProcess: 2 });
  const startups = [];
  for (let round = 0; round < 4; round += 1) {
    const sandbox = await runtime.open(SPEC);
    startups.push(sandbox.startupMs > 0);
    const report = await sandbox.run(program("echo 1"), recordingHost(), never);
    assert.equal(summarize(report), "completed 1");
    await sandbox.gone;
  }
  assert.deepEqual(startups, [true, false, true, false]);
});

Deno.test("bash: a process that has grown is replaced", async () => {
  await using runtime = createBashRuntime({ grownBytes: 32 * 1024 * 1024 });
  const startups = [];
  const fill = "echo 0123456789abcdef > /tmp/a; " +
    "for i in $(seq 19); do cat /tmp/a /tmp/a > /tmp/b; mv /tmp/b /tmp/a; done; wc -c < /tmp/a";
  for (const script of ["echo 1", fill, "echo 2"]) {
    const sandbox = await runtime.open(SPEC);
    startups.push(sandbox.startupMs > 0);
    await sandbox.run(program(script), recordingHost(), never);
    await sandbox.gone;
  }
  assert.deepEqual(startups, [true, false, true]);
});

Deno.test("a process that served one principal serves no other", async () => {
  await using runtime = createBashRuntime();
  const memoryLimitBytes = 128 * 1024 * 1024;
  const serve = async (principal: string) => {
    await using sandbox = await runtime.open({ memoryLimitBytes, principal });
    const signal = new AbortController().signal;
    const report = await sandbox.run(program("echo 1"), recordingHost(), signal);
    assert.equal(summarize(report), "completed 1");
    return sandbox.startupMs > 0 ? "started" : "kept";
  };
  const served: string[] = [];
  for (const principal of ["a", "a", "b", "a", "b"]) served.push(await serve(principal));
  assert.deepEqual(served, ["started", "kept", "started", "kept", "kept"]);
});
