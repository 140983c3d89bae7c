/** Recorded behaviours of other systems, and the deviations we declare from them. */

/** One recorded behaviour. */
export interface Vector<Input, Expected> {
  readonly id: string;
  readonly input: Input;
  readonly expected: Expected;
  /** Present when the recorded behaviour is a bug. */
  readonly defect?: string;
  /** Present when it holds on the recorded platform only. */
  readonly platform?: string;
}

/** Reads a vector file of `test/fixtures/vectors`. */
export function readVectors<Input, Expected>(name: string): readonly Vector<Input, Expected>[] {
  const url = new URL(`../fixtures/vectors/${name}.json`, import.meta.url);
  return JSON.parse(Deno.readTextFileSync(url));
}
