/** One program in three languages over three real servers, and programs that end elsewhere than they began. */

import assert from "node:assert/strict";
import { realServers } from "../harness/service_config.ts";
import { ROOT, startService } from "../harness/start_service.ts";

const RULES = `security:
  tools:
    rules:
      - { tool: everything.get-sum, when: [{ path: $.a, greaterThan: 100 }], verdict: deny, reason: too much }
`;

const LANGUAGES = { typescript: "ts", bash: "sh", python: "py" } as const;

/** How a call fails that a rule denies, told by each language. */
const DENIED = {
  typescript: `try { return await mcp.everything.get_sum({ a: 101, b: 1 }); }
    catch (error) { return [error.code, error.message]; }`,
  python: `try:
    result = await mcp.everything.get_sum(a=101, b=1)
except McpToolError as error:
    result = [error.code, str(error)]
result`,
  bash: `mcp everything get-sum --a 101 --b 1`,
} as const;

const FORBIDDEN = [
  "FORBIDDEN",
  "everything.get-sum is denied by rules[0] everything.get-sum: too much",
];

/** Built-ins that never ask whether to go on. */
const UNPOLLED = [
  `return "a".repeat(6e6).indexOf("a".repeat(3e6) + "b");`,
  `const a = []; a.length = 2 ** 32 - 1; a[0] = 1; return a.reverse().length;`,
] as const;

Deno.test("languages and engines behind one door", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "languages-" });
  await Deno.copyFile(`${ROOT}docs/samples/files/orders.csv`, `${folder}/orders.csv`);
  const config = realServers(folder).replace("security:\n", RULES);
  const service = await startService({ config });

  await t.step("the same business in every language", async () => {
    const results: unknown[] = [];
    // Python takes a while to begin with, which the others need not wait for.
    const woken = service.execute("import sys\nsys.version_info[0]", { language: "python" });
    for (const [language, ending] of Object.entries(LANGUAGES)) {
      const code = await Deno.readTextFile(`${ROOT}test/fixtures/programs/business.${ending}`);
      const answer = await service.execute(code, { language });
      assert.equal(answer.success, true, `${language}: ${JSON.stringify(answer)}`);
      assert.deepEqual(
        answer.calls.map(({ server, tool }: { server: string; tool: string }) =>
          `${server}.${tool}`
        ).sort(),
        [
          "everything.echo",
          "filesystem.read_text_file",
          "memory.create_entities",
          "memory.open_nodes",
        ],
      );
      results.push(answer.result);
    }
    assert.equal((await woken).result, 3);
    const [first, ...others] = results;
    assert.equal((first as { orders: number }).orders, 4);
    for (const other of others) assert.deepEqual(other, first);
  });

  await t.step("the same denial in every language", async () => {
    for (const language of ["typescript", "python"] as const) {
      const answer = await service.execute(DENIED[language], { language });
      assert.deepEqual(answer.result, FORBIDDEN, JSON.stringify(answer));
    }
    const { success, error } = await service.execute(DENIED.bash, { language: "bash" });
    const { message, properties } = error.details.cause;
    assert.deepEqual([success, properties.code, message], [false, ...FORBIDDEN]);
  });

  await t.step("a language's fault is found before it runs, where it stands", async () => {
    const faults = {
      typescript: "return 1 +\n\nawait mcp.everything.ecko({})",
      python: "x = 1\n\nawait mcp.everything.ecko(message='a')",
      bash: "x=1\n\nmcp everything ecko --message a",
    };
    for (const [language, code] of Object.entries(faults)) {
      const answer = await service.execute(code, { language });
      assert.equal(answer.error.code, "TYPE_CHECK_FAILED", JSON.stringify(answer));
      const [first] = answer.diagnostics;
      assert.equal(first.line, 3);
      assert.match(JSON.stringify(first), /echo/);
      assert.deepEqual(answer.calls, []);
    }
  });

  await t.step("glue begins on the light engine, and the check says so with a reason", async () => {
    const code = "return (await mcp.everything.echo({ message: 'a' })).length";
    const checked = await (await service.request("/api/v1/check", { code })).json();
    assert.equal(checked.runtime.name, "quickjs");
    assert.match(checked.runtime.reason, /^quickjs: /);
    const answer = await service.execute(code);
    assert.deepEqual([answer.result, answer.runtime.name], ["Echo: a".length, "quickjs"]);
    assert.equal(answer.runtime.continued, undefined);
  });

  await t.step("heavy work with a call first ends on V8, and the call is made once", async () => {
    const code = `const said = await mcp.everything.echo({ message: "once" });
      const fib = (n: number): number => n < 2 ? n : fib(n - 1) + fib(n - 2);
      return [said, fib(32)];`;
    const answer = await service.execute(code);
    assert.deepEqual(answer.result, ["Echo: once", 2178309], JSON.stringify(answer));
    assert.deepEqual([answer.runtime.name, answer.calls.length], ["deno", 1]);
  });

  await t.step(
    "what hides its needs is continued, and the answer tells from where and why",
    async () => {
      const code = `const said = await mcp.everything.echo({ message: "hidden" });
      console.log("before");
      const name = ["In", "tl"].join("");
      return [said, new globalThis[name].NumberFormat("de").format(0.5)];`;
      const answer = await service.execute(code, { language: "javascript", check: "off" });
      assert.deepEqual(answer.result, ["Echo: hidden", "0,5"], JSON.stringify(answer));
      assert.deepEqual([answer.logs, answer.calls.length], [["before"], 1]);
      const [{ from, to, reason, what, calls }] = answer.runtime.continued;
      assert.deepEqual({ from, to, reason, what, calls }, {
        from: "quickjs",
        to: "deno",
        reason: "lacks",
        what: "Intl",
        calls: 1,
      });
    },
  );

  await t.step("pinned to the light engine, what it lacks is a fault of the program", async () => {
    const answer = await service.execute("return new Intl.NumberFormat('de').format(1)", {
      runtime: "quickjs",
    });
    assert.equal(answer.error.code, "TYPE_CHECK_FAILED", JSON.stringify(answer));
    assert.match(JSON.stringify(answer.diagnostics), /Intl.*quickjs/);
  });

  await t.step("a built-in that nothing interrupts costs its own process only", async () => {
    for (const code of UNPOLLED) {
      const hostage = service.execute(
        `const said = [];
         for (let i = 0; i < 8; i += 1) {
           said.push(await mcp.everything.echo({ message: "innocent " + i }));
           await new Promise((resolve) => setTimeout(resolve, 40));
         }
         return said.length;`,
        { runtime: "quickjs" },
      );
      const guilty = await service.execute(code, {
        runtime: "quickjs",
        language: "javascript",
        check: "off",
        timeout: 500,
      });
      assert.equal(guilty.error.code, "EXECUTION_TIMEOUT", JSON.stringify(guilty));
      const innocent = await hostage;
      assert.deepEqual([innocent.result, innocent.calls.length], [8, 8], JSON.stringify(innocent));
      for (const { from, to, reason } of innocent.runtime.continued ?? []) {
        assert.deepEqual([from, to, reason], ["quickjs", "quickjs", "lost"]);
      }
    }
  });

  await t.step("every runtime says what it is, and why one is not here", async () => {
    const { runtimes } = await (await service.request("/api/v1/runtimes")).json();
    const here = new Map(runtimes.map((runtime: { name: string }) => [runtime.name, runtime]));
    for (const name of ["deno", "quickjs", "python", "bash"]) {
      const { available, carrier, features, limits, startup } = here.get(name) as Record<
        string,
        { p50: number } & Record<string, string>
      >;
      assert.deepEqual([available, carrier], [true, "process"], name);
      assert.ok(Array.isArray(features) && features.length > 0, name);
      assert.equal(limits!["wallTime"], "hard", name);
      assert.ok(startup!.p50 > 0, name);
    }
    const { light } = here.get("python") as { light: { engine: string; available: boolean } };
    assert.deepEqual([light.engine, typeof light.available], ["monty", "boolean"]);
    const { available, reason } = here.get("bun") as Record<string, unknown>;
    assert.deepEqual([available, typeof reason], [false, "string"]);
  });

  assert.equal(await service.stop(), 0);
  await Deno.remove(folder, { recursive: true });
});
