/**
 * The fast gate: `deno task ok [step…]`. Formatting, lint, types, documents, pinned surface, the
 * committed guest bundle and the unit tests; one line per step, output only of what failed. Exit 1
 * when a step failed.
 */

import { TYPE_CHECK } from "./testing/check_types.ts";

interface Step {
  readonly name: string;
  /** Arguments of `deno`. */
  readonly args: readonly string[];
}

// `check` has the types of the unit tests, so `unit` does not check them again.
const STEPS: readonly Step[] = Object.freeze<Step[]>([
  { name: "fmt", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint"] },
  { name: "check", args: TYPE_CHECK },
  { name: "guest", args: ["run", "-A", "--frozen", "scripts/build_guest.ts", "--check"] },
  { name: "docs", args: ["run", "-A", "--frozen", "scripts/check_docs.ts"] },
  { name: "surface", args: ["run", "-A", "--frozen", "scripts/check_surface.ts"] },
  { name: "unit", args: ["run", "-A", "--frozen", "scripts/test.ts", "unit", "--no-check"] },
]);

async function runStep({ name, args }: Step): Promise<boolean> {
  const startedMs = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`${success ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (!success) {
    const decoder = new TextDecoder();
    console.log(withoutSuccesses(decoder.decode(stdout) + decoder.decode(stderr)));
  }
  return success;
}

/** What failed, without the lines about what did not. */
function withoutSuccesses(output: string): string {
  const lines = output.split("\n").filter((line) => !/^Check |\.\.\. ok \(/.test(line));
  return lines.join("\n").trim();
}

function pickSteps(names: readonly string[]): readonly Step[] {
  const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) {
    const known = STEPS.map(({ name }) => name).join(", ");
    console.error(`Cannot run the gate as no step is named "${unknown[0]}": steps are ${known}`);
    Deno.exit(2);
  }
  return names.length === 0 ? STEPS : STEPS.filter(({ name }) => names.includes(name));
}

const steps = pickSteps(Deno.args);
const passed: string[] = [];
for (const step of steps) {
  if (await runStep(step)) passed.push(step.name);
}
console.log(`${passed.length} of ${steps.length} steps passed`);
Deno.exit(passed.length === steps.length ? 0 : 1);
