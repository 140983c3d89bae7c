/** Places of failures in Python, as its tracebacks show them. */

import assert from "node:assert/strict";
import { pythonPlace } from "../../../src/engine/python_place.ts";

const CODE = `def f(x):
    y = 1 + x / 0
    raise ValueError(
        y)
s = 'é' + 1
f(1)`;

const traceback = (...frames: string[]) =>
  ["Traceback (most recent call last):", ...frames, "ValueError: no", ""].join("\n");
const frame = (line: number, ...shown: string[]) =>
  [`  File "guest.py", line ${line}, in f`, ...shown.map((text) => `    ${text}`)].join("\n");

Deno.test("python: a failure is at the last place of its traceback, at the column that is marked", () => {
  const outer = frame(6, "f(1)", "~^^^");
  const places = [
    traceback(outer, frame(2, "y = 1 + x / 0", "        ~~^~~")),
    traceback(outer, frame(3, "raise ValueError(", "    y)")),
    traceback(frame(6, "f(1)")),
    traceback(frame(5, "s = 'é' + 1", "    ~~~~^~~")),
    traceback(frame(2)),
    traceback(frame(2, "something else", "^^^^")),
    traceback(frame(99, "x", "^")),
    traceback(),
  ].map((text) => pythonPlace(text, CODE));
  assert.deepEqual(places, [
    { line: 2, column: 13 },
    { line: 3, column: 5 },
    { line: 6, column: 1 },
    { line: 5 },
    { line: 2 },
    { line: 2 },
    { line: 99 },
    undefined,
  ]);
});

Deno.test("python: without its text a place has no column", () => {
  assert.deepEqual(pythonPlace(traceback(frame(6, "f(1)", "~^^^")), undefined), { line: 6 });
});
