import assert from "node:assert/strict";
import { noServers } from "../harness/service_config.ts";
import { type Service, startService } from "../harness/start_service.ts";
import { readVectors } from "../harness/vectors.ts";

/** What a recorded behaviour asks of us, tried against the service. */
type Trial = (service: Service) => Promise<void>;

const execute = (code: string, runtime: string): Trial => async (service) => {
  const { success } = await (await service.request("/execute", { code, runtime, timeout: 10_000 }))
    .json();
  assert.equal(success, true);
};

/** Behaviours we share. */
const SHARED: Readonly<Record<string, Trial>> = {
  "seed_http_contract/2": async (service) => {
    const { namespaces } = await (await service.request("/api/v1/tools")).json();
    assert.deepEqual(namespaces, {});
  },
  "seed_http_contract/3": async (service) => {
    const { error } = await service.execute("for(;;){}", { timeout: 200 });
    const { requestId, timestamp, ...rest } = error;
    assert.deepEqual(rest, {
      type: "timeout",
      code: "EXECUTION_TIMEOUT",
      message: "Code execution timed out after 200ms",
      details: { timeout: 200 },
    });
    assert.match(requestId, /^req_/);
    assert.equal(new Date(timestamp).toISOString(), timestamp);
  },
  "seed_http_contract/7": async (service) => {
    const body = await (await service.request("/introspect?runtime=typescript")).json();
    assert.ok(Array.isArray(body.tools));
    assert.match(body.typeDefinitions, /declare const mcp/);
  },
  "seed_http_contract/11": async (service) => {
    const response = await service.request("/execute", {});
    assert.equal(response.status, 400);
    assert.match((await response.json()).error.message, /code/);
  },
  "code_mode_http/3": async (service) => {
    const body = await (await service.request("/introspect?runtime=typescript")).json();
    assert.deepEqual([body.success, body.runtime, Array.isArray(body.tools)], [
      true,
      "typescript",
      true,
    ]);
    assert.match(body.examples.typescript, /async function/);
  },
  "code_mode_http/5": execute(
    'async function op() { await new Promise((r) => setTimeout(r, 10)); return "Async complete"; }\nreturn await op();',
    "typescript",
  ),
  "code_mode_http/9": async (service) => {
    const code =
      'console.log("JavaScript execution successful"); return { message: "Hello from JavaScript!" };';
    const answer = await (await service.request("/execute", { code, runtime: "javascript" }))
      .json();
    assert.deepEqual([answer.result, answer.logs], [
      { message: "Hello from JavaScript!" },
      ["JavaScript execution successful"],
    ]);
  },
};

/** Behaviours we do not share, what we do, and why. */
const OURS: Readonly<Record<string, { readonly why: string; readonly trial: Trial }>> = {
  "seed_http_contract/8": {
    why:
      "one shape of answer: success, result, logs and metrics stand at the top, and runtime is optional",
    trial: async (service) => {
      const answer = await (await service.request("/execute", { code: "return 4" })).json();
      assert.deepEqual([answer.success, answer.result, answer.runtime.name], [true, 4, "quickjs"]);
    },
  },
  "seed_http_contract/9": {
    why: "phases are events of their own, and the result is the last one, which completes it",
    trial: async (service) => {
      const response = await service.request("/execute/stream", { code: "1" });
      const names = [...(await response.text()).matchAll(/^event: (\w+)$/gm)].map(([, name]) =>
        name
      );
      assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
      assert.deepEqual([...new Set(names)], ["phase", "result"]);
    },
  },
  "code_mode_http/1": {
    why: "languages that run here are named as their requests name them",
    trial: async (service) => {
      const { status, service: name, runtimes } = await (await service.request("/health")).json();
      assert.deepEqual([status, name, runtimes], ["healthy", "Code Mode", [
        "typescript",
        "javascript",
        "python",
        "bash",
      ]]);
    },
  },
  "code_mode_http/6": {
    why: "tools are real or unknown, never made up",
    trial: async (service) => {
      const answer = await service.execute('return await helpscout.searchInboxes("inbox1")');
      assert.deepEqual([answer.success, answer.error.code], [false, "TYPE_CHECK_FAILED"]);
    },
  },
  "code_mode_http/8": {
    why: "a program that does not parse is told so, with the place, before it runs",
    trial: async (service) => {
      const answer =
        await (await service.request("/execute", { code: "print(", runtime: "python" }))
          .json();
      assert.deepEqual([answer.success, answer.error.code], [false, "SYNTAX_ERROR"]);
      assert.equal(answer.diagnostics[0].line, 1);
    },
  },
  "code_mode_http/11": {
    why: "a program that failed is success: false, and its faults are diagnostics",
    trial: async (service) => {
      const answer = await service.execute(
        'const invalid: invalidType = "test";\nreturn invalid.nonExistentMethod();',
      );
      assert.equal(answer.success, false);
      assert.match(answer.diagnostics[0].message, /invalidType/);
    },
  },
  "code_mode_http/14": {
    why: "the shell's files are its own: the host's is not there",
    trial: async (service) => {
      const response = await service.request("/execute", {
        code: "cat /etc/passwd",
        runtime: "bash",
      });
      const { error } = await response.json();
      assert.deepEqual(
        [error.code, error.message],
        ["EXECUTION_FAILED", "cat: /etc/passwd: No such file or directory"],
      );
    },
  },
};

Deno.test("http: recorded contracts, shared or declared otherwise", async (t) => {
  await using service = await startService({ config: noServers() });
  const vectors = ["http_contract", "legacy_http"].flatMap((name) =>
    readVectors<unknown, unknown>(name)
  );
  for (const { id } of vectors) {
    await t.step(OURS[id] ? `${id}: ${OURS[id].why}` : id, async () => {
      const trial = SHARED[id] ?? OURS[id]?.trial;
      assert.ok(trial, "a recorded behaviour that is neither shared nor declared otherwise");
      await trial(service);
    });
  }
  const ids = new Set(vectors.map(({ id }) => id));
  assert.deepEqual([...Object.keys(SHARED), ...Object.keys(OURS)].filter((id) => !ids.has(id)), []);
});
