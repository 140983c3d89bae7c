/** Durations and sizes as people write them. */

import assert from "node:assert/strict";
import { parseDuration, parseSize } from "../../../src/config/units.ts";

const DURATIONS: readonly (readonly [string | number, number | undefined])[] = [
  [0, 0],
  [1500, 1500],
  ["1500", 1500],
  ["500ms", 500],
  ["30s", 30_000],
  [" 1.5 s ", 1500],
  ["2m", 120_000],
  ["1H", 3_600_000],
  ["1d", 86_400_000],
  ["0.4ms", 0],
  ["", undefined],
  ["s", undefined],
  ["-1s", undefined],
  ["1 s s", undefined],
  ["1e3", undefined],
  ["1y", undefined],
  ["1constructor", undefined],
  ["1__proto__", undefined],
  ["soon", undefined],
  [-1, undefined],
  [NaN, undefined],
  [Infinity, undefined],
];

const SIZES: readonly (readonly [string | number, number | undefined])[] = [
  [0, 0],
  [128, 128],
  ["128", 128],
  ["128B", 128],
  ["1k", 1024],
  ["1KB", 1024],
  ["1KiB", 1024],
  ["128MB", 134_217_728],
  ["1.5 MiB", 1_572_864],
  ["2gb", 2_147_483_648],
  ["5i", undefined],
  ["5iB", undefined],
  ["5BB", undefined],
  ["1TB", undefined],
  ["1XB", undefined],
  ["-1MB", undefined],
  ["", undefined],
  ["MB", undefined],
  [-1, undefined],
  [NaN, undefined],
];

for (const [value, expected] of DURATIONS) {
  Deno.test(`parseDuration: ${JSON.stringify(value)} of type ${typeof value}`, () => {
    assert.equal(parseDuration(value), expected);
  });
}

for (const [value, expected] of SIZES) {
  Deno.test(`parseSize: ${JSON.stringify(value)} of type ${typeof value}`, () => {
    assert.equal(parseSize(value), expected);
  });
}
