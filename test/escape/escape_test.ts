/** Runs every attack on the `deno` engine over each carrier. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { withTable } from "../../scripts/threat_table.ts";
import { attackHere, attackService, attackUnsealed } from "./attack.ts";
import { CARRIERS, inCarrier, type Threat } from "./threat.ts";
import { THREATS } from "./threats.ts";
import { WORKER_ENDS } from "./worker_ends.ts";

function assertEnd(end: string, expected: Threat["end"]): void {
  if (typeof expected === "string") assert.equal(end, expected);
  else assert.match(end, expected);
  assert.equal(existsSync("/tmp/escaped"), false);
}

for (const carrier of CARRIERS) {
  for (const threat of THREATS.map((one) => inCarrier(one, carrier))) {
    Deno.test(`deno/${carrier} ${threat.id}: ${threat.verdict}`, async () => {
      if (threat.isolated) return assertEnd(await attackService(threat, carrier), threat.end);
      const { end, host } = await attackHere(threat, carrier);
      assertEnd(end, threat.end);
      assert.ok(host.calls.every((call) => call.args[0] !== "late"));
    });
    if (threat.wall === undefined) continue;
    Deno.test(`deno/${carrier} ${threat.id}, unsealed: the permissions alone hold`, async () => {
      const { end } = await attackUnsealed(threat, carrier);
      assertEnd(end, threat.wall!);
    });
  }
}

Deno.test("ids are unique, defences exist, and what is accepted says why", () => {
  const ids = THREATS.map((threat) => threat.id);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.length >= 60);
  assert.deepEqual(Object.keys(WORKER_ENDS).filter((id) => !ids.includes(id)), []);
  for (const carrier of CARRIERS) {
    for (const threat of THREATS) {
      const { id, defence, verdict, reason } = inCarrier(threat, carrier);
      assert.ok(existsSync(defence), `${id} is defended by ${defence}`);
      assert.equal(reason !== undefined, verdict === "accepted", `${carrier} ${id}`);
    }
  }
});

Deno.test("docs/SECURITY.md lists exactly these attacks", () => {
  const text = readFileSync(new URL("../../docs/SECURITY.md", import.meta.url), "utf8");
  assert.equal(text, withTable(text));
});
