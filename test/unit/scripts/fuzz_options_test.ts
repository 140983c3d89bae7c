import assert from "node:assert/strict";
import { parseFuzzOptions } from "../../../scripts/testing/fuzz_options.ts";

const USAGE = "flags are [--seed N] [--times N] [--path P] [--filter text]";

Deno.test("nothing asked is the usual search", () => {
  assert.deepEqual(parseFuzzOptions([]), { env: {}, filter: undefined });
});

Deno.test("flags become what the properties read", () => {
  const args = ["--seed", "-7", "--times", "20", "--path", "3:0:1", "--filter", "any text"];
  assert.deepEqual(parseFuzzOptions(args), {
    env: { FUZZ_SEED: "-7", FUZZ_TIMES: "20", FUZZ_PATH: "3:0:1" },
    filter: "any text",
  });
});

Deno.test("what is no flag or not of its form is named", () => {
  for (
    const [args, fault] of [
      [["--sed", "1"], '"--sed" is unknown'],
      [["toString", "1"], '"toString" is unknown'],
      [["--seed", "x"], '--seed is "x"'],
      [["--seed"], '--seed is ""'],
      [["--times", "0"], '--times is "0"'],
      [["--path", "1:"], '--path is "1:"'],
      [["--filter", ""], '--filter is ""'],
    ] as const
  ) {
    assert.throws(() => parseFuzzOptions(args), {
      name: "TypeError",
      message: `Cannot fuzz as ${fault}: ${USAGE}`,
    });
  }
});
