/**
 * How attacks end in a Web Worker where they end otherwise than in a process. What only the operator's
 * trust holds is `accepted`; such attacks run against a service of their own.
 */

import type { ThreatEnd } from "./threat.ts";

const NO_MODULE = /^failed TypeError: This module is not available to programs$/;
const GONE = /^service ended: /;
const OUT_OF_TIME = "stopped EXECUTION_TIMEOUT: Code execution timed out after 1000ms";

const KEEPS_A_CORE: Omit<ThreatEnd, "end"> = Object.freeze({
  verdict: "accepted",
  reason: "the answer is on time, the thread runs on until the service ends: trusted programs only",
  isolated: true,
});
const ENDS_THE_SERVICE: Omit<ThreatEnd, "end"> = Object.freeze({
  verdict: "accepted",
  reason:
    "a worker has the service's memory, and its overflow is the service's: trusted programs only",
  isolated: true,
});

const refused = { verdict: "blocked", end: NO_MODULE, wall: NO_MODULE } as const;

/** Attacks through `import()`, all of which a worker refuses. */
const IMPORTS: readonly string[] = Object.freeze([
  "read-node-fs",
  "read-proc",
  "write-node-fs",
  "symlink",
  "env",
  "run",
  "kill-host",
  "net-socket",
  "net-listen",
  "exit",
  "require-file",
  "sys",
  "forge-final",
  "forge-partial",
  "forge-nonce",
  "forge-wasi",
  "close-channel",
  "flood-channel",
  "nested-worker",
  "import-file",
  "import-text",
  "import-json",
  "import-static-in-data",
  "import-https",
  "import-http-loopback",
  "import-npm",
  "import-jsr",
  "import-data",
  "import-parent",
  "import-poisoned",
  "dns",
  "inspector",
  "sqlite-file",
  "v8-flags",
]);

/** Ends in a worker by the attack's id. */
export const WORKER_ENDS: Readonly<Record<string, ThreatEnd>> = Object.freeze({
  ...Object.fromEntries(IMPORTS.map((id) => [id, refused])),
  "denied-long": { verdict: "blocked", end: NO_MODULE },
  "import-blob": { verdict: "blocked", end: /^failed TypeError: URL\.createObjectURL is not/ },
  "storage-blob": { verdict: "blocked", end: 'completed "undefined"' },
  "storage-locks": { verdict: "blocked", end: 'completed "undefined"' },
  "heap-bomb": { ...ENDS_THE_SERVICE, end: GONE },
  "buffer-bomb": { ...ENDS_THE_SERVICE, end: /^(service ended: |stopped MEMORY_LIMIT_EXCEEDED)/ },
  "wasm-bomb": {
    ...ENDS_THE_SERVICE,
    end: /^(service ended: |stopped MEMORY_LIMIT_EXCEEDED|stopped EXECUTION_TIMEOUT)/,
  },
  "caught-buffer-bomb": {
    ...ENDS_THE_SERVICE,
    end: /^(service ended: |stopped EXECUTION_TIMEOUT)/,
  },
  "microtask-spin": { ...ENDS_THE_SERVICE, end: /^(service ended: |stopped EXECUTION_TIMEOUT)/ },
  "bigint-bomb": {
    ...KEEPS_A_CORE,
    end:
      /^(stopped EXECUTION_TIMEOUT|failed RangeError: Maximum BigInt size exceeded|service ended: )/,
  },
  "spin": { ...KEEPS_A_CORE, end: OUT_OF_TIME },
  "spin-behind-call": {
    ...KEEPS_A_CORE,
    reason: "the answer comes when waiting is over, the thread runs on: trusted programs only",
    end: "stopped EXECUTION_TIMEOUT: Code execution waited for its calls longer than 5000ms",
  },
  "regexp-spin": { ...KEEPS_A_CORE, end: OUT_OF_TIME },
  "unpolled-builtin": { ...KEEPS_A_CORE, end: /^(stopped EXECUTION_TIMEOUT|completed)/ },
  "atomics-wait": {
    ...KEEPS_A_CORE,
    reason:
      "the answer is on time, the thread sleeps until the service ends: trusted programs only",
    end: OUT_OF_TIME,
  },
  "sparse-reverse": {
    ...KEEPS_A_CORE,
    end: /^(service ended: |stopped EXECUTION_TIMEOUT|completed|failed RangeError)/,
  },
  "bigint-print": {
    ...ENDS_THE_SERVICE,
    end: /^(service ended: |stopped EXECUTION_TIMEOUT|completed)/,
  },
  "log-flood": {
    ...KEEPS_A_CORE,
    reason:
      "stopped at the limit, but messages on their way fill the service's memory: trusted programs only",
    end:
      /^(service ended: |stopped OUTPUT_LIMIT_EXCEEDED: The program's output in all is larger than 4194304 bytes)/,
  },
  "call-flood": {
    ...KEEPS_A_CORE,
    reason:
      "stopped at the limit, but messages on their way fill the service's memory: trusted programs only",
    end:
      /^(service ended: |stopped CALL_LIMIT_EXCEEDED: The program made more than 100 tool calls)/,
  },
});
