/** The estimate beside what the tokenizers o200k and cl100k were measured to make of the same texts. */

import assert from "node:assert/strict";
import { estimateTokens, scanTokens } from "../../../src/results/estimate_tokens.ts";

const ROW = '{"id":17,"name":"user 17","email":"user17@example.com","active":false}';
const LOG =
  "2026-11-21T17:01:13.123Z INFO [worker-3] request_id=req_3f0c9a took 12.4ms status=200 path=/api/v1/execute\n";

/** A text, the tokens of the dearer of the two tokenizers, and how much too many the estimate may be. */
const MEASURED: readonly (readonly [string, string, number, number])[] = [
  [
    "English",
    "The committed file starts a useful server without keys. Everything that a program tries is asked of the host, which answers with a reason.",
    27,
    2,
  ],
  [
    "German",
    "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt.",
    28,
    2,
  ],
  ["Russian", "Все люди рождаются свободными и равными в своем достоинстве и правах.", 35, 2],
  [
    "Greek",
    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    76,
    2,
  ],
  ["Arabic", "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق", 34, 3],
  ["Hindi", "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता", 64, 2],
  [
    "Chinese",
    "人工智能是计算机科学的一个分支，它企图了解智能的实质，并生产出一种新的能以人类智能相似的方式做出反应的智能机器。",
    61,
    2,
  ],
  ["Japanese", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。", 39, 2],
  ["Korean", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.", 41, 2],
  ["emoji", "👍🏽🎉🚀😀🧑‍💻🇩🇪", 27, 2],
  ["rows of JSON", `[${Array(50).fill(ROW).join(",")}]`, 1052, 2],
  [
    "numbers",
    JSON.stringify(Array.from({ length: 200 }, (_none, index) => Math.sin(index) * 1e6)),
    1577,
    2,
  ],
  ["empty lists", JSON.stringify(Array(100).fill([])), 102, 2],
  ["log lines", LOG.repeat(20), 960, 2],
  [
    "TypeScript",
    `export function escapeName(record: object): string {
  let name = "…";
  while (Object.hasOwn(record, name)) name += "…";
  return name;
}
`.repeat(5),
    185,
    2,
  ],
  [
    "HTML",
    '<div class="row"><a href="https://example.com/a/b?c=d&e=f#g">link</a><br/></div>\n'.repeat(10),
    290,
    2,
  ],
  ["UUID", "3f0c9a4e-7b1d-4c2e-9f6a-1b2c3d4e5f60 a91b7c3d-2e4f-4a5b-8c6d-7e8f9a0b1c2d", 70, 2],
  ["hexadecimal", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 43, 2],
  [
    "base64",
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg",
    53,
    2,
  ],
  ["one letter", "x".repeat(1000), 125, 6.5],
  ["JSON in JSON", JSON.stringify(Array(20).fill(ROW).join(",")), 441, 2.5],
];

for (const [name, text, tokens, factor] of MEASURED) {
  Deno.test(`estimated at or above what a tokenizer makes of it: ${name}`, () => {
    const estimate = estimateTokens(text);
    assert.ok(estimate >= tokens, `${estimate} is below ${tokens}`);
    assert.ok(estimate <= tokens * factor, `${estimate} is far above ${tokens}`);
  });
}

Deno.test("a scan stops at its bounds, and never inside a pair", () => {
  assert.deepEqual(scanTokens("", {}), { tokens: 0, end: 0 });
  assert.deepEqual(scanTokens("word word", { maxTokens: 1 }), { tokens: 1, end: 4 });
  assert.deepEqual(scanTokens("word word", { from: 5 }), { tokens: 1, end: 9 });
  assert.deepEqual(scanTokens("word", { maxLength: 2 }), { tokens: 1, end: 2 });
  assert.deepEqual(scanTokens("😀😀", { maxLength: 3 }), { tokens: 7, end: 4 });
  assert.deepEqual(scanTokens("😀😀", { maxTokens: 6 }), { tokens: 3.5, end: 2 });
});

Deno.test("what JSON writes as an escape costs what the escape does", () => {
  assert.equal(estimateTokens("\ud800"), 5);
  assert.equal(estimateTokens("\udc00"), 5);
  assert.equal(estimateTokens("\u0000"), 5);
  assert.equal(estimateTokens("\n"), 1);
});
