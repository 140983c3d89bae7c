/** How programs end in every runtime: a name, the program, its end as one line. */

export const ENDS: readonly (readonly [name: string, code: string, end: string])[] = [
  ["a value", "return 1 + 1", "completed 2"],
  ["nothing", "", 'completed {"$type":"undefined"}'],
  ["a promise", "return Promise.resolve(5)", "completed 5"],
  ["timers", "await new Promise((done) => setTimeout(done, 5)); return 'late'", 'completed "late"'],
  ["an error", "throw new RangeError('far')", "failed RangeError: far"],
  ["a syntax error", "return (", "failed SyntaxError: Unexpected token '}'"],
  ["a thrown object", "throw { code: 1 }", "failed Error: Thrown: an object"],
  ["thrown null", "throw null", "failed Error: Thrown: null"],
  ["thrown undefined", "throw undefined", "failed Error: Thrown: undefined"],
  ["thrown text", "throw 'plain'", "failed Error: Thrown: plain"],
  [
    "a function",
    "return () => 1",
    "failed TypeError: Cannot encode result: a function cannot leave the sandbox",
  ],
  [
    "a symbol",
    "return Symbol('x')",
    "failed TypeError: Cannot encode result: a symbol cannot leave the sandbox",
  ],
  [
    "a cycle",
    "const o = {}; o.o = o; return o",
    "failed TypeError: Cannot encode result.o: it closes a circle to result",
  ],
  ["a class instance", "return new (class A { x = 1 })()", 'completed {"x":1}'],
  [
    "recursion",
    "const f = () => f() + 1; try { f() } catch (e) { return e.constructor.name }",
    'completed "RangeError"',
  ],
  [
    "an error in a callback",
    "setTimeout(() => { throw new Error('late') }, 1); await new Promise((r) => setTimeout(r, 1000))",
    "failed Error: late",
  ],
  [
    "a wait for nothing",
    "await new Promise(() => {})",
    "failed Error: The program waits for something that nothing will ever settle",
  ],
  ["strict mode without this", "return typeof this", 'completed "undefined"'],
  [
    "globals kept",
    "return [typeof fetch, typeof URL, typeof structuredClone, typeof crypto.subtle, typeof WebAssembly]",
    'completed ["function","function","function","object","object"]',
  ],
  [
    "globals sealed",
    "return [typeof Deno, typeof process, typeof Worker, typeof localStorage, typeof caches, typeof close, typeof navigator.gpu]",
    'completed ["undefined","undefined","undefined","undefined","undefined","undefined","undefined"]',
  ],
];
