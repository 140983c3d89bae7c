/**
 * Seeded properties. The seed is fixed, so a run is the same everywhere and always; `FUZZ_SEED` looks
 * elsewhere, `FUZZ_TIMES` looks for longer and `FUZZ_PATH` looks at one counterexample again. What
 * hangs is ended by the limit of its group.
 */

import assert from "node:assert/strict";
import fc from "fast-check";

const DEFAULT_SEED = 20_261_121;
/** Characters of a report; what was found may itself be very long. */
const MAX_REPORT = 20_000;

/** How a property is looked at. */
export interface Search {
  readonly seed: number;
  /** How many times as many values as the property asks for. */
  readonly times: number;
  /** Where a counterexample was, as its report says. */
  readonly path: string | undefined;
}

/** The search that the environment asks for. */
export function searchOf(env: Pick<typeof Deno.env, "get">): Search {
  return {
    seed: wholeOf("FUZZ_SEED", env.get("FUZZ_SEED")) ?? DEFAULT_SEED,
    times: wholeOf("FUZZ_TIMES", env.get("FUZZ_TIMES")) ?? 1,
    path: env.get("FUZZ_PATH"),
  };
}

function wholeOf(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const number = Number(given);
  if (/^-?\d+$/.test(given) && Number.isSafeInteger(number)) return number;
  throw new TypeError(`Cannot fuzz as ${name} is "${given}", no whole number`);
}

/** A test: `check` holds for `runs` values of `arbitrary`, and leaves no prototype changed. */
export function property<Value>(
  name: string,
  arbitrary: fc.Arbitrary<Value>,
  runs: number,
  check: (value: Value) => void | Promise<void>,
): [name: string, test: () => Promise<void>] {
  return [`fuzz: ${name}`, () => holds(arbitrary, runs, check)];
}

/** The same inside a test that has something to set up. */
export async function holds<Value>(
  arbitrary: fc.Arbitrary<Value>,
  runs: number,
  check: (value: Value) => void | Promise<void>,
  { seed, times, path }: Search = searchOf(Deno.env),
): Promise<void> {
  const before = prototypes();
  const details = await fc.check(
    fc.asyncProperty(arbitrary, async (value) => await check(value)),
    { seed, numRuns: runs * times, ...(path === undefined ? {} : { path }) },
  );
  // Before anything is reported: who prints may not be who changed them.
  assert.deepEqual(prototypes(), before);
  if (!details.failed) return;
  const again = `deno task test:fuzz --seed ${details.seed} --path ${details.counterexamplePath}`;
  const report = (await fc.asyncDefaultReportMessage(details) ?? "").slice(0, MAX_REPORT);
  const message = `${report}\nAgain: ${again} --filter with the name of this test`;
  throw new Error(message, { cause: details.errorInstance });
}

/** Names that a polluted prototype would have more of. */
function prototypes(): PropertyKey[][] {
  return [Object.prototype, Array.prototype, Function.prototype, String.prototype, Error.prototype]
    .map((prototype) => Reflect.ownKeys(prototype));
}

interface Edit {
  readonly kind: "insert" | "replace" | "remove" | "repeat" | "cut";
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

/** A text of the corpus with a few parts inserted, replaced, removed, repeated or cut off. */
export function mutated(
  corpus: readonly string[],
  snippets: readonly string[],
): fc.Arbitrary<string> {
  const edit: fc.Arbitrary<Edit> = fc.record({
    kind: fc.constantFrom("insert", "insert", "replace", "replace", "remove", "repeat", "cut"),
    at: fc.nat(100_000),
    length: fc.nat(30),
    text: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...snippets) },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 6 }) },
    ),
  });
  return fc.tuple(fc.constantFrom(...corpus), fc.array(edit, { minLength: 1, maxLength: 5 }))
    .map(([text, edits]) => edits.reduce(applyEdit, text));
}

function applyEdit(text: string, { kind, at, length, text: snippet }: Edit): string {
  const start = at % (text.length + 1);
  const [head, part, tail] = [
    text.slice(0, start),
    text.slice(start, start + length),
    text.slice(start + length),
  ];
  if (kind === "insert") return head + snippet + part + tail;
  if (kind === "replace") return head + snippet + tail;
  if (kind === "remove") return head + tail;
  return kind === "repeat" ? head + part + part + part + tail : head;
}
