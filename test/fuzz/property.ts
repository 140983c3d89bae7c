/**
 * Seeded properties. The seed is fixed, so a run is the same everywhere and always; a failure prints
 * it with the smallest counterexample and the path to it.
 */

import assert from "node:assert/strict";
import fc from "fast-check";

/** The seed of every property; `FUZZ_SEED` looks elsewhere, `FUZZ_TIMES` looks longer. */
const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 20_261_121);
const TIMES = Number(Deno.env.get("FUZZ_TIMES") ?? 1);

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
): Promise<void> {
  const before = prototypes();
  await fc.assert(fc.asyncProperty(arbitrary, async (value) => await check(value)), {
    seed: SEED,
    numRuns: runs * TIMES,
  });
  assert.deepEqual(prototypes(), before);
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
