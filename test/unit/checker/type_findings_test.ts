/** From the compiler's diagnostics to findings. */

import assert from "node:assert/strict";
import { loadLibraryFiles, loadTypeScript } from "../../../src/checker/compiler.ts";
import { createTypedProject } from "../../../src/checker/project.ts";
import { toFindings } from "../../../src/checker/type_findings.ts";

Deno.test("of a program that is nothing but faults the first ones are found, the rest not looked at", () => {
  const ts = loadTypeScript();
  const ambient = { runtime: "deno", network: false } as const;
  const project = createTypedProject(ts, loadLibraryFiles(), "", ambient);
  const guest = project.open("nothing;\n".repeat(200), "typescript");
  const diagnostics = guest.program.getSemanticDiagnostics(guest.file);
  assert.equal(diagnostics.length, 200);
  const findings = toFindings(ts, guest, diagnostics);
  assert.deepEqual(
    findings.map(({ start, code }) => [start, code]),
    Array.from({ length: 64 }, (_, line) => [line * "nothing;\n".length, "TS2304"]),
  );
  // What is dropped does not count: faults behind it are found all the same.
  const [first] = diagnostics;
  const dropped = Array.from({ length: 100 }, () => ({ ...first!, code: 7006 }));
  assert.equal(toFindings(ts, guest, [...dropped, first!]).length, 1);
});
