import assert from "node:assert/strict";
import { dirname } from "node:path";
import { noServers } from "../harness/service_config.ts";
import { ROOT, startService } from "../harness/start_service.ts";

/** Runs a program and answers with its output; a failure throws what it printed. */
async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd, stdin: "null" })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) {
    throw new Error(`${command} ${args.join(" ")} failed:\n${text(stdout)}${text(stderr)}`);
  }
  return text(stdout);
}

const CLIENT = (url: string) => `
import { CodemodeClient } from "@codemode/codemode/client";
const codemode = new CodemodeClient(${JSON.stringify(url)});
const { result } = await codemode.execute("return { sum: 1 + 1, at: new Date(0), seen: new Set([1]) }");
console.log(JSON.stringify([result.sum, result.at instanceof Date, result.seen instanceof Set]));
`;

const EMBEDDED = (denoPath: string) => `
import { CodemodeExecutor, createCodemode, tool } from "@codemode/codemode";
import { z } from "zod";
const denoPath = ${JSON.stringify(denoPath)};
const executor = new CodemodeExecutor({ denoPath });
const executed = await executor.execute(
  "async () => { console.log('hi'); return await codemode.add({ a: 1, b: 2 }); }",
  { add: async ({ a, b }) => a + b },
);
await executor[Symbol.asyncDispose]();
const add = tool({ input: z.object({ a: z.number(), b: z.number() }), output: z.number(), execute: ({ a, b }) => a + b });
const codemode = await createCodemode({ tools: { add }, denoPath });
const good = await codemode.execute("const [x, y] = await Promise.all([tools.add({ a: 1, b: 2 }), tools.add(3, 4)]); x + y");
const bad = await codemode.execute("return await tools.ad({ a: 1 })");
await codemode[Symbol.asyncDispose]();
console.log(JSON.stringify([executed, good.result, bad.error?.code, bad.diagnostics[0]?.suggestion]));
`;

Deno.test("npm: built, packed, installed into an empty Node project and run there", async (t) => {
  await run(ROOT, Deno.execPath(), "task", "build:npm");
  const project = await Deno.makeTempDir();
  const [tarball = ""] =
    (await run(`${ROOT}npm`, "npm", "pack", "--silent", "--pack-destination", project))
      .trim().split("\n").slice(-1);
  await Deno.writeTextFile(`${project}/package.json`, '{ "private": true, "type": "module" }');
  await run(
    project,
    "npm",
    "install",
    "--no-audit",
    "--no-fund",
    "--omit=optional",
    `./${tarball}`,
    "zod@4.6.7",
  );

  await t.step("the client runs a program against the service", async () => {
    await using service = await startService({ config: noServers() });
    await Deno.writeTextFile(`${project}/client.mjs`, CLIENT(service.url));
    assert.equal(await run(project, "node", "client.mjs"), "[2,true,true]\n");
  });

  await t.step("the executor and the embedded form run programs without a service", async () => {
    await Deno.writeTextFile(`${project}/embedded.mjs`, EMBEDDED(Deno.execPath()));
    assert.deepEqual(JSON.parse(await run(project, "node", "embedded.mjs")), [
      { result: 3, logs: ["hi"] },
      10,
      "TYPE_CHECK_FAILED",
      "Did you mean 'add'?",
    ]);
  });

  await t.step("its command serves, runs and checks in Node as it does in Deno", async () => {
    const command = `${project}/node_modules/.bin/codemode`;
    const env = { PATH: `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}` };
    await using service = await startService({ config: noServers(), env, command: [command] });
    assert.equal((await service.execute("return await Promise.resolve(6 * 7)")).result, 42);
    const socket = new WebSocket(service.url.replace("http", "ws"), "codemode");
    const answered = new Promise((resolve) => {
      socket.onmessage = ({ data }) => {
        const { type, payload } = JSON.parse(data);
        if (type === "result") resolve(payload.result);
      };
    });
    socket.onopen = () =>
      socket.send(JSON.stringify({ id: "a", type: "execute", payload: { code: "return 1" } }));
    assert.equal(await answered, 1);
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
    // A file that is not valid changes nothing, and is told.
    await Deno.writeTextFile(service.configPath, "server: { prot: 1 }");
    while (!service.log.some(({ message }) => message === "configuration problem")) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(await service.stop(), 0);
    const none = `${project}/none.yaml`;
    const program = `${project}/program.ts`;
    await Deno.writeTextFile(none, noServers());
    await Deno.writeTextFile(program, "const n: number = 40;\nn + 2");
    assert.equal(await run(project, command, "run", program, "-c", none), "42\n");
    assert.match(await run(project, command, "check", program, "-c", none), /^OK; calls no tools/);
  });
  await Deno.remove(project, { recursive: true });
});
