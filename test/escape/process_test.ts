/** Runs every attack on the `deno` engine in a process. */

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtPath } from "../../scripts/build_guest.ts";
import { withTable } from "../../scripts/threat_table.ts";
import { AMPLE, recordingHost } from "../harness/programs.ts";
import { runInSandbox, summarize } from "../harness/sandbox.ts";
import { type Threat, THREATS } from "./threats.ts";

const TIGHT = {
  budget: { ...AMPLE, frameBytes: 1024 * 1024, totalBytes: 4 * 1024 * 1024, calls: 100 },
  namespaces: [{
    name: "memory",
    tools: [{ name: "read", aliases: [] }],
    global: true,
    member: true,
  }],
};

/** Makes the globals that sealing removes impossible to remove. */
const UNSEAL = `for (const name of ["Deno", "process"]) {
  Object.defineProperty(globalThis, name, { value: globalThis[name], configurable: false, writable: false });
}\n`;

async function attack(
  threat: Threat,
  expected: string | RegExp,
  guestPath?: string,
): Promise<void> {
  const host = recordingHost();
  const options = guestPath === undefined ? {} : { guestPath };
  const changes = { ...TIGHT, timeoutMs: threat.timeoutMs ?? 10_000 };
  const end = summarize(await runInSandbox(threat.code, { ...options, host, changes }));
  if (typeof expected === "string") assert.equal(end, expected);
  else assert.match(end, expected);
  assert.ok(host.calls.every((call) => call.args[0] !== "late"));
  assert.equal(existsSync("/tmp/escaped"), false);
}

for (const threat of THREATS) {
  Deno.test(`${threat.id}: ${threat.verdict}`, () => attack(threat, threat.end));
}

for (const threat of THREATS.filter((one) => one.wall !== undefined)) {
  Deno.test(`${threat.id}, unsealed: the process alone holds`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "unsealed-"));
    const guestPath = join(folder, "guest.js");
    writeFileSync(guestPath, UNSEAL + readFileSync(builtPath("deno"), "utf8"));
    await attack(threat, threat.wall!, guestPath);
    rmSync(folder, { recursive: true });
  });
}

Deno.test("ids are unique, defences exist, and what is accepted says why", () => {
  assert.equal(new Set(THREATS.map((threat) => threat.id)).size, THREATS.length);
  for (const { id, defence, verdict, reason } of THREATS) {
    assert.ok(existsSync(defence), `${id} is defended by ${defence}`);
    assert.equal(reason !== undefined, verdict === "accepted", id);
  }
});

Deno.test("docs/SECURITY.md lists exactly these attacks", () => {
  const text = readFileSync(new URL("../../docs/SECURITY.md", import.meta.url), "utf8");
  assert.equal(text, withTable(text));
});
