import assert from "node:assert/strict";
import { stem } from "../../../src/catalog/stem.ts";

/** Words and stems as the paper that describes the algorithm gives them. */
const PUBLISHED: Readonly<Record<string, string>> = {
  caresses: "caress",
  ponies: "poni",
  cats: "cat",
  feed: "feed",
  agreed: "agre",
  plastered: "plaster",
  bled: "bled",
  motoring: "motor",
  sing: "sing",
  conflated: "conflat",
  troubled: "troubl",
  sized: "size",
  hopping: "hop",
  falling: "fall",
  hissing: "hiss",
  fizzed: "fizz",
  failing: "fail",
  filing: "file",
  happy: "happi",
  sky: "sky",
  relational: "relat",
  conditional: "condit",
  valenci: "valenc",
  digitizer: "digit",
  vietnamization: "vietnam",
  operator: "oper",
  feudalism: "feudal",
  decisiveness: "decis",
  sensibiliti: "sensibl",
  triplicate: "triplic",
  formalize: "formal",
  electrical: "electr",
  goodness: "good",
  revival: "reviv",
  allowance: "allow",
  adjustable: "adjust",
  replacement: "replac",
  adoption: "adopt",
  activate: "activ",
  effective: "effect",
  probate: "probat",
  rate: "rate",
  cease: "ceas",
  controll: "control",
  roll: "roll",
};

Deno.test("stems of English words", () => {
  const ours = Object.keys(PUBLISHED).map((word) => [word, stem(word)]);
  assert.deepEqual(Object.fromEntries(ours), PUBLISHED);
});

Deno.test("forms of one word have one stem", () => {
  for (const forms of ["query queries", "delete deleting deleted deletes", "list lists listing"]) {
    assert.equal(new Set(forms.split(" ").map(stem)).size, 1, forms);
  }
});

Deno.test("what is no English word stays as it is", () => {
  for (const word of ["", "s", "us", "größe", "x86s", "файлы", "a".repeat(41) + "ing"]) {
    assert.equal(stem(word), word);
  }
});
