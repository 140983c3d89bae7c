import assert from "node:assert/strict";
import { runCli } from "../harness/run_cli.ts";
import { noServers, realServers } from "../harness/service_config.ts";

Deno.test("cli: programs, checks, tools, configuration", async (t) => {
  const folder = await Deno.makeTempDir();
  const none = `${folder}/none.yaml`;
  const real = `${folder}/real.yaml`;
  await Deno.writeTextFile(none, noServers());
  await Deno.writeTextFile(real, realServers(folder));
  await Deno.writeTextFile(
    `${folder}/sum.ts`,
    "console.log('adding');\nconst n: number = 40;\nn + 2",
  );
  await Deno.writeTextFile(`${folder}/wrong.ts`, "const n: number = 'x';\nreturn n");

  await t.step("run prints the value to stdout and the logs to stderr", async () => {
    const { code, stdout, stderr } = await runCli(["run", `${folder}/sum.ts`, "-c", none]);
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "42\n", stderr: "adding\n" });
  });

  await t.step("run - reads stdin; --json prints the whole answer", async () => {
    const { code, stdout } = await runCli(["run", "-", "--json", "-c", none], {
      stdin: "return { a: [1] }",
    });
    const answer = JSON.parse(stdout);
    assert.deepEqual([code, answer.success, answer.result], [0, true, { a: [1] }]);
  });

  await t.step("run makes an answer fit, and says what was cut", async () => {
    const stdin = `for (let line = 0; line < 500; line += 1) console.log("line " + line);
      return Array.from({ length: 5000 }, (_, index) => "item " + index)`;
    const fit = ["run", "-", "-c", none, "--max-result-tokens", "2000"];
    const { code, stdout, stderr } = await runCli(fit, { stdin });
    const shown = JSON.parse(stdout);
    assert.equal(code, 0);
    assert.equal(shown.at(-1), `… ${5001 - shown.length} of 5000 items cut`);
    const lines = stderr.trimEnd().split("\n");
    const left = lines.filter((line) => line.startsWith("line ")).length;
    assert.equal(
      lines.at(-1),
      `Cut to fit: $ (${shown.length - 1} of 5000), logs (${left} of 500 lines)`,
    );
    const answer = JSON.parse((await runCli([...fit, "--json"], { stdin })).stdout);
    assert.deepEqual(answer.result, shown);
    assert.deepEqual(answer.truncated.cuts, [
      { path: "$", kind: "array", kept: shown.length - 1, total: 5000 },
    ]);
    const few = await runCli(["run", "-", "-c", none, "--max-result-tokens", "4"], { stdin: "1" });
    assert.deepEqual([few.code, few.stderr], [
      2,
      "INVALID_REQUEST: maxResultTokens: Too small: expected number to be >=320\n",
    ]);
  });

  await t.step("exit codes tell whose fault it was", async () => {
    const failing = await runCli(["run", "-", "-c", none], { stdin: "throw new RangeError('no')" });
    assert.equal(failing.code, 1);
    assert.match(failing.stderr, /^RangeError: no\n\s+at guest\.ts:1:\d+/m);
    const unknownVerb = await runCli(["rum"]);
    assert.equal(unknownVerb.code, 2);
    assert.match(unknownVerb.stderr, /There is no "codemode rum"/);
    const unknownFlag = await runCli(["run", "--tiemout", "1"]);
    assert.equal(unknownFlag.code, 2);
    assert.match(unknownFlag.stderr, /--tiemout/);
    const missing = await runCli(["run", `${folder}/nowhere.ts`, "-c", none]);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /Cannot read .*nowhere\.ts: there is no such file$/m);
    const excess = await runCli(["run", "-", "--capability", "read:/etc", "-c", none], {
      stdin: "1",
    });
    assert.equal(excess.code, 2);
    assert.match(excess.stderr, /CAPABILITY_VIOLATION.*read:\/etc/);
  });

  await t.step(
    "an address that others reach needs a provider, also when a flag names it",
    async () => {
      for (const host of ["0.0.0.0", "::"]) {
        const { code, stderr } = await runCli(["serve", "--host", host, "--port", "0", "-c", none]);
        assert.equal(code, 2);
        assert.ok(
          stderr.includes(
            `\ncommand line: --host: ${host} is reachable from other machines, and security.auth.provider is ` +
              "none: anyone could run programs here; set a provider or listen on 127.0.0.1",
          ),
          stderr,
        );
      }
    },
  );

  await t.step("a port that is none is told by the flag that named it", async () => {
    const { code, stderr } = await runCli(["serve", "--port", "70000", "-c", none]);
    assert.deepEqual([code, stderr], [
      2,
      'INVALID_REQUEST: --port takes a port, 0 to 65535, not "70000"\n',
    ]);
  });

  await t.step("a port that is taken is the caller's to change", async () => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr as Deno.NetAddr;
    const { code, stderr } = await runCli(["serve", "--port", String(port), "-c", none]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      new RegExp(
        `^INVALID_REQUEST: Cannot listen on 127\\.0\\.0\\.1:${port}: Address already in use`,
        "m",
      ),
    );
    assert.match(stderr, /; choose another with --port\n$/);
  });

  await t.step("check tells the place", async () => {
    const { code, stderr } = await runCli(["check", `${folder}/wrong.ts`, "-c", none]);
    assert.equal(code, 1);
    assert.match(stderr, /^1:7 error TS2322: Type 'string' is not assignable to type 'number'/m);
    assert.match(stderr, /const n: number = 'x';\n\s+\^/);
  });

  await t.step("tools and declarations of real servers", async () => {
    const found = await runCli(["tools", "search", "search", "nodes", "--json", "-c", real]);
    assert.equal(found.code, 0, found.stderr);
    assert.ok(
      JSON.parse(found.stdout).some(({ path }: { path: string }) =>
        path === "mcp.memory.search_nodes"
      ),
    );
    const declared = await runCli(["declarations", "--servers", "memory", "-c", real]);
    assert.match(declared.stdout, /search_nodes/);
  });

  await t.step("config check and print", async () => {
    const good = await runCli(["config", "check", "-c", none]);
    assert.deepEqual([good.code, good.stdout], [0, "The configuration is valid\n"]);
    await Deno.writeTextFile(`${folder}/bad.yaml`, "server: { prot: 1 }\n");
    const bad = await runCli(["config", "check", "-c", `${folder}/bad.yaml`]);
    assert.equal(bad.code, 2);
    assert.match(
      bad.stderr,
      /bad\.yaml:1:11: server\.prot: unknown key "prot" \(did you mean "port"\?\)/,
    );
    const printed = await runCli(["config", "print", "-c", none]);
    assert.match(printed.stdout, /timeout: 30000ms/);
  });

  await t.step("doctor asks every part", async () => {
    const { code, stdout } = await runCli(["doctor", "-c", none]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /healthy\n {2}ok {3}sandbox: ready in [\d.]+ ms\n {2}ok {3}runtime deno/);
  });

  await t.step("doctor warns of a rule that covers no tool of its server", async () => {
    const file = `${folder}/rules.yaml`;
    await Deno.writeTextFile(
      file,
      realServers(folder).replace(
        "security:\n",
        'security:\n  tools: { rules: [{ tool: "memory.raed_*", verdict: deny }] }\n',
      ),
    );
    const { code, stderr } = await runCli(["doctor", "-c", file]);
    assert.equal(code, 0, stderr);
    const told = 'rules[0] "memory.raed_*" fits no tool of "memory"; did you mean "read_*"?';
    assert.equal(stderr.replaceAll("\\", "").split(told).length, 2, stderr);
  });

  await t.step("--help of every verb", async () => {
    for (const verb of ["serve", "run", "check", "tools", "declarations", "config", "doctor"]) {
      const { code, stdout } = await runCli([verb, "--help"]);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`Usage: codemode ${verb}`));
    }
  });
  await Deno.remove(folder, { recursive: true });
});
