/** Configuration files: what loads, what is refused, and that every problem is told at once. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CodemodeError } from "../../../src/base/errors.ts";
import {
  type Config,
  formatProblems,
  loadConfig,
  parseConfig,
  parseConfigText,
  printConfig,
} from "../../../src/config/mod.ts";

const SPECIFICATION = fileURLToPath(
  new URL("../../fixtures/config/specification.yaml", import.meta.url),
);
const COMMITTED = fileURLToPath(new URL("../../../codemode.config.yaml", import.meta.url));

type Env = Readonly<Record<string, string>>;

function parse(text: string, env: Env = {}): Config {
  return parseConfigText(text, { file: "c.yaml", directory: "/srv/app", env });
}

/** Every problem of a text, as it is printed; without the first line, which counts them. */
function problems(text: string, env: Env = {}): string[] {
  return told(() => parse(text, env));
}

function told(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof CodemodeError);
    assert.equal(error.code, "CONFIG_INVALID");
    const [count = "", ...lines] = formatProblems(error).split("\n");
    const noun = lines.length === 1 ? "problem" : "problems";
    assert.equal(count, `The configuration has ${lines.length} ${noun}`);
    const first = lines.length === 1 ? `: ${lines[0]}` : `, the first of which is: ${lines[0]}`;
    assert.equal(error.message, `${count}${first}`);
    return lines;
  }
  return [];
}

const HASH = `sha256:${"0a".repeat(32)}`;

Deno.test("the specification's file loads unchanged", async () => {
  const env = { HELPSCOUT_CLIENT_ID: "id", HELPSCOUT_CLIENT_SECRET: "hush" };
  const config = await loadConfig({ path: SPECIFICATION, env });
  const directory = SPECIFICATION.replace(/\/[^/]*$/, "");
  assert.deepEqual(config.server, {
    host: "0.0.0.0",
    port: 3000,
    cors: { enabled: true, origins: ["http://localhost:3000"] },
    maxBodyBytes: 1_048_576,
    maxCodeBytes: 262_144,
    drainTimeoutMs: 10_000,
    allowedHosts: [],
    trustedProxies: [],
    behindTls: false,
    limits: {
      requestsPerSecond: 200,
      burst: 400,
      failuresPerMinute: 20,
      connections: 1000,
      headerBytes: 16_384,
      headersTimeoutMs: 10_000,
      requestTimeoutMs: 30_000,
      idleTimeoutMs: 30_000,
    },
    mcp: {
      declarationTokens: 4000,
      resultTokens: 6000,
      resultText: "json",
      sessions: 256,
      sessionsPerPrincipal: 32,
      changeStreams: 256,
      changeStreamsPerPrincipal: 64,
      sessionIdleMs: 1_800_000,
      patienceMs: 600_000,
      conversationsPerPrincipal: 32,
      taskAfterMs: 10_000,
      passThrough: [],
    },
    sockets: {
      max: 200,
      perPrincipal: 50,
      executions: 16,
      messageBytes: 1_048_576,
      bufferedBytes: 1_048_576,
      pingIntervalMs: 30_000,
    },
    streams: { max: 500, perPrincipal: 200 },
  });
  assert.deepEqual(config.executions, {
    kept: { ageMs: 300_000, count: 1000, bytes: 67_108_864 },
    events: { entries: 2000, bytes: 1_048_576 },
    questions: { timeoutMs: 600_000, open: 8, total: 64 },
  });
  assert.deepEqual(config.sandbox, {
    runtime: "quickjs",
    carrier: "process",
    python: { min: 1, light: true },
    bash: {},
    bun: {},
    trustWorkers: false,
    permissions: "auto",
    workers: { min: 2, max: 10, idleTimeoutMs: 30_000 },
    light: {
      warm: 1,
      processes: 4,
      programsAtOnce: 8,
      parked: 7,
      runsPerProcess: 5000,
      isolation: "strict",
    },
    limits: {
      memoryBytes: 134_217_728,
      timeoutMs: 30_000,
      waitMs: 300_000,
      cpuQuota: 0.5,
      maxTimeoutMs: 300_000,
      maxMemoryBytes: 536_870_912,
      resultBytes: 16_777_216,
      logLines: 1000,
      logBytes: 1_048_576,
      calls: 1000,
    },
    queue: 100,
    queueTimeoutMs: 30_000,
    perPrincipal: { concurrent: 5, light: 128 },
  });
  assert.deepEqual(config.security, {
    auth: {
      provider: "oauth2",
      issuer: "https://auth.company.com",
      audience: "codemode-api",
      keys: [],
      scopes: {},
      clockSkewMs: 60000,
    },
    capabilities: {
      network: {
        allowedHosts: ["api.helpscout.net"],
        maxRequestsPerSecond: 10,
        maxRequestSize: 1_048_576,
      },
      mcp: {
        allowedServers: ["helpscout", "filesystem"],
        maxCallsPerSecond: 5,
        maxConcurrentCalls: 3,
      },
    },
    credentials: [],
    tools: { default: "allow", readOnly: "allow", trustAnnotations: [], rules: [] },
  });
  assert.deepEqual(Object.keys(config.mcp.servers), ["helpscout", "filesystem"]);
  const { helpscout } = config.mcp.servers;
  assert.equal(helpscout?.environment["HELPSCOUT_CLIENT_SECRET"]?.reveal(), "hush");
  assert.deepEqual(config.logging, {
    level: "info",
    format: "json",
    outputs: [{ type: "console" }, {
      type: "file",
      path: `${directory}/logs/codemode.log`,
      rotation: "daily",
      maxBytes: 10_485_760,
      keep: 7,
    }],
  });
});

Deno.test("the specification's file without its variables names both where they stand", () => {
  const of = "mcp.servers.helpscout.environment.HELPSCOUT_CLIENT_";
  const remedy = (name: string) =>
    `the environment variable ${name} is not set; set it or write \${${name}:-default}`;
  assert.deepEqual(problems(readFileSync(SPECIFICATION, "utf8")), [
    `c.yaml:37:30: ${of}ID: ${remedy("HELPSCOUT_CLIENT_ID")}`,
    `c.yaml:38:34: ${of}SECRET: ${remedy("HELPSCOUT_CLIENT_SECRET")}`,
  ]);
});

Deno.test("the committed file loads with no keys and listens on this machine alone", async () => {
  const config = await loadConfig({ path: COMMITTED, env: {} });
  assert.equal(config.server.host, "127.0.0.1");
  assert.deepEqual(Object.keys(config.mcp.servers), ["memory", "filesystem", "everything"]);
});

Deno.test("every problem is told at once, in the order of the file, with what was meant", () => {
  const text = `sever: {}
server:
  prt: 1
  port: 70000
  host: 0.0.0.0
  maxBodyBytes: 1XB
sandbox:
  runtime: quikjs
  workers: {min: 5, max: 2, idleTimeout: soon}
  limits: {timeout: 10m, memory: 1GB, cpuQuota: 0, cpuTime: 99ms}
security:
  capabilities:
    mcp: {allowedServers: [ghost], allowedTool: [x]}
mcp:
  servers:
    "bad name!": {transport: http}
    a: {transport: stdoi, command: x}
    b: {transport: stdio, comand: x, url: "\${NOPE}"}
logging:
  outputs:
    - {type: file, path: x, rotatoin: daily}
    - {type: consle}
`;
  assert.deepEqual(problems(text), [
    'c.yaml:1:1: sever: unknown key "sever" (did you mean "server"?)',
    'c.yaml:3:3: server.prt: unknown key "prt" (did you mean "port"?)',
    "c.yaml:4:9: server.port: must be a port, 0 to 65535",
    "c.yaml:5:9: server.host: 0.0.0.0 is reachable from other machines, and " +
    "security.auth.provider is none: anyone could run programs here; set a provider or listen on " +
    "127.0.0.1",
    'c.yaml:6:17: server.maxBodyBytes: "1XB" is not a size such as "128MB"',
    "c.yaml:8:12: sandbox.runtime: must be one of auto, deno, quickjs, python, bash, bun " +
    '(did you mean "quickjs"?)',
    "c.yaml:9:18: sandbox.workers.min: min is 5, more than max (2)",
    'c.yaml:9:42: sandbox.workers.idleTimeout: "soon" is not a duration such as "30s" or "500ms"',
    "c.yaml:10:21: sandbox.limits.timeout: timeout is more than maxTimeout",
    "c.yaml:10:34: sandbox.limits.memory: memory is more than maxMemory",
    "c.yaml:10:49: sandbox.limits.cpuQuota: must be a number above 0",
    "c.yaml:10:61: sandbox.limits.cpuTime: must be at least 100ms",
    'c.yaml:13:28: security.capabilities.mcp.allowedServers.0: there is no server "ghost"; one that is added later can be named with admin.enabled: true',
    'c.yaml:13:36: security.capabilities.mcp.allowedTool: unknown key "allowedTool" ' +
    '(did you mean "allowedTools"?)',
    "c.yaml:16:18: mcp.servers.bad name!: a server's name has letters, digits, _ and -, 64 at most",
    "c.yaml:16:18: mcp.servers.bad name!: transport http needs url",
    "c.yaml:17:20: mcp.servers.a.transport: must be one of stdio, http, websocket " +
    '(did you mean "stdio"?)',
    "c.yaml:18:8: mcp.servers.b: transport stdio needs command",
    'c.yaml:18:27: mcp.servers.b.comand: unknown key "comand" (did you mean "command"?)',
    "c.yaml:18:43: mcp.servers.b.url: the environment variable NOPE is not set; set it or write " +
    "${NOPE:-default}",
    'c.yaml:21:29: logging.outputs.0.rotatoin: unknown key "rotatoin" (did you mean "rotation"?)',
    "c.yaml:22:14: logging.outputs.1.type: Invalid discriminator value. Expected 'console' | 'file'",
  ]);
});

const REFUSED: readonly (readonly [name: string, text: string, problems: readonly string[]])[] = [
  ["a key twice", "server:\n  port: 1\n  port: 2\n", ["c.yaml:3:3: Map keys must be unique"]],
  ["a tab", "server:\n\tport: 1\n", ["c.yaml:2:1: Tabs are not allowed as indentation"]],
  ["a foreign tag", "server: !!js/function 'x'\n", [
    "c.yaml:1:9: Unresolved tag: tag:yaml.org,2002:js/function",
  ]],
  ["a list", "- a\n", ["c.yaml:1:1: must be a mapping of keys"]],
  ["a text", "hello", ["c.yaml:1:1: must be a mapping of keys"]],
  ["an alias inside its anchor", "server: &s {host: *s}\n", [
    "c.yaml:1:1: the file refers to itself",
  ]],
  ["2 MB", "#".repeat(2_000_000), ["c.yaml:1:1: the file is larger than 1048576 bytes"]],
  ["more bytes than characters", `#${"é".repeat(600_000)}`, [
    "c.yaml:1:1: the file is larger than 1048576 bytes",
  ]],
  ["__proto__ at the root", "__proto__: {a: 1}\n", [
    'c.yaml:1:1: the key "__proto__" cannot be used',
  ]],
  ["__proto__ as a server and a variable", "mcp:\n  servers:\n    __proto__: {__proto__: 1}\n", [
    'c.yaml:3:5: the key "__proto__" cannot be used',
    'c.yaml:3:17: the key "__proto__" cannot be used',
  ]],
  ["constructor as a key", "server: {constructor: {}}\n", [
    'c.yaml:1:10: server.constructor: unknown key "constructor"',
  ]],
  [
    "addresses that nothing can speak to",
    `mcp:
  servers:
    a: {transport: http, url: "htp:/x"}
    b: {transport: http, url: "ws://b.example"}
    c: {transport: websocket, url: "ftp://c.example"}
    d: {transport: http, url: nonsense}
    e: {transport: websocket, url: "https://e.example"}
    f: {transport: websocket, url: "WSS://f.example"}
    g: {transport: http, url: "HTTP://g.example"}
`,
    [
      "c.yaml:3:31: mcp.servers.a.url: must begin with http:// or https:// for transport http",
      "c.yaml:4:31: mcp.servers.b.url: must begin with http:// or https:// for transport http",
      "c.yaml:5:36: mcp.servers.c.url: must begin with ws:// or wss:// for transport websocket",
      "c.yaml:6:31: mcp.servers.d.url: must be an address such as https://example.com/mcp",
    ],
  ],
  ["oauth2 alone", "security: {auth: {provider: oauth2}}\n", [
    "c.yaml:1:18: security.auth: oauth2 needs an issuer and an audience",
  ]],
  ["api-key alone", "security: {auth: {provider: api-key}}\n", [
    "c.yaml:1:18: security.auth: api-key needs keys; `codemode key` makes one",
  ]],
  ["an issuer anyone between can speak for", "security: {auth: {issuer: 'http://a.example'}}\n", [
    "c.yaml:1:27: security.auth.issuer: must be https, or http on this machine",
  ]],
  ["a key that is no hash", "security: {auth: {keys: [{id: a, hash: 'sha256:1'}]}}\n", [
    'c.yaml:1:40: security.auth.keys.0.hash: must be "sha256:" and 64 hexadecimal digits',
  ]],
  [
    "one hash for two, a server that is not there",
    `security: {auth: {provider: api-key, keys: [{id: a, hash: "${HASH}"}, ` +
    `{id: b, hash: "${HASH}", capabilities: {mcp: {allowedServers: [memory]}}}]}}\n`,
    [
      "c.yaml:1:135: security.auth.keys.1: its id or hash stands there twice",
      "c.yaml:1:262: security.auth.keys.1.capabilities.mcp.allowedServers.0: " +
      'there is no server "memory"; one that is added later can be named with admin.enabled: true',
    ],
  ],
  [
    "keys and scopes of a provider that was forgotten",
    `security: {auth: {keys: [{id: a, hash: "${HASH}"}], scopes: {a: {}}}}\n`,
    [
      "c.yaml:1:25: security.auth.keys: provider none does not look at keys",
      "c.yaml:1:125: security.auth.scopes: provider none does not look at scopes",
    ],
  ],
];

for (const [name, text, expected] of REFUSED) {
  Deno.test(`refused: ${name}`, () => assert.deepEqual(problems(text), expected));
}

Deno.test("a million laughs are refused before they are laughed", () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 9; level++) {
    const aliases = Array.from({ length: 10 }, () => `*a${level - 1}`);
    lines.push(`a${level}: &a${level} [${aliases.join(", ")}]`);
  }
  assert.deepEqual(problems(lines.join("\n")), [
    "c.yaml:1:1: Excessive alias count indicates a resource exhaustion attack",
  ]);
});

Deno.test("variables: filled after parsing, so a value is never YAML", () => {
  const text = `
mcp:
  servers:
    a:
      transport: stdio
      command: "\${A}"
      args: ["\${A}", 1, "\${B:-x y}", "\${EMPTY:-z}", "$$\{A} $HOME \${unclosed", "\${NONE:-}"]
      environment: { K: "\${A}" }
`;
  const yaml = "[1, 2]: {x}\n- 'a' # ${B}";
  const { a } = parse(text, { A: yaml, EMPTY: "" }).mcp.servers;
  assert.equal(a?.command, yaml);
  assert.deepEqual(a?.args, [yaml, "1", "x y", "", "${A} $HOME ${unclosed", ""]);
  assert.equal(a?.environment["K"]?.reveal(), yaml);
});

Deno.test("variables: names every object inherits are not set either", () => {
  const text = "logging: {level: '${constructor}', format: '${toString:-json}'}\n";
  assert.deepEqual(problems(text), [
    "c.yaml:1:18: logging.level: the environment variable constructor is not set; set it or write " +
    "${constructor:-default}",
  ]);
});

Deno.test("variables: CODEMODE_DIRECTORY is the folder of the file", () => {
  const text = "mcp: {servers: {a: {transport: stdio, command: '${CODEMODE_DIRECTORY}/x'}}}\n";
  assert.equal(parse(text).mcp.servers["a"]?.command, "/srv/app/x");
});

Deno.test("environment: port and host win over the file", () => {
  const text = "server: {port: 1, maxCodeBytes: 5}\n";
  assert.equal(parse(text).server.port, 1);
  assert.equal(parse(text, { CODE_MODE_PORT: "2" }).server.port, 2);
  assert.equal(parse(text, { CODE_MODE_PORT: "2", CODEMODE_PORT: "0" }).server.port, 0);
  const { host, maxCodeBytes } = parse(text, { CODEMODE_HOST: "::1" }).server;
  assert.deepEqual({ host, maxCodeBytes }, { host: "::1", maxCodeBytes: 5 });
  assert.equal(parse("", { CODEMODE_PORT: "65535" }).server.port, 65535);
});

Deno.test("environment: a port that is none is a fault of the environment", () => {
  for (const port of ["", "abc", "65536", "-1", "1.5", "0x10", " 80"]) {
    assert.deepEqual(problems("server: {port: 1}\n", { CODEMODE_PORT: port }), [
      `environment: CODEMODE_PORT: ${JSON.stringify(port)} is not a port`,
    ]);
  }
});

Deno.test("environment: it does not hide a fault of the file", () => {
  assert.deepEqual(problems("server: [1]\n", { CODEMODE_PORT: "1" }), [
    "c.yaml:1:9: server: must be a mapping of keys",
  ]);
});

const REACHABLE = "reachable from other machines, and security.auth.provider is none: anyone " +
  "could run programs here; set a provider or listen on 127.0.0.1";

Deno.test("flags win over the environment and the file, and own their faults", () => {
  const text = "server: {port: 1, host: 10.0.0.1}\n";
  const options = { file: "c.yaml", directory: "/srv/app" };
  const env = { CODEMODE_PORT: "2", CODEMODE_HOST: "10.0.0.2" };
  const load = (flags: { host?: string; port?: number }) =>
    parseConfigText(text, { ...options, env, flags });
  const { host, port } = load({ host: "127.0.0.1", port: 0 }).server;
  assert.deepEqual([host, port], ["127.0.0.1", 0]);
  assert.deepEqual(told(() => load({ host: "0.0.0.0" })), [
    `command line: --host: 0.0.0.0 is ${REACHABLE}`,
  ]);
  assert.deepEqual(told(() => load({ port: 3 })), [
    `environment: CODEMODE_HOST: 10.0.0.2 is ${REACHABLE}`,
  ]);
  assert.deepEqual(problems(text), [`c.yaml:1:25: server.host: 10.0.0.1 is ${REACHABLE}`]);
  // Where the environment's word does not count, it is not judged either.
  const odd = { ...options, env: { CODEMODE_PORT: "odd" }, flags: { port: 5 } };
  assert.equal(parseConfigText("", odd).server.port, 5);
});

Deno.test("cors: origins alone let their pages in; `enabled: false` keeps them out", () => {
  const corsOf = (text: string) => parse(`server: {cors: ${text}}\n`).server.cors;
  const origins = ["https://app.example"];
  assert.deepEqual(corsOf("{}"), { enabled: false, origins: [] });
  assert.deepEqual(corsOf("{origins: ['https://app.example']}"), { enabled: true, origins });
  assert.deepEqual(corsOf("{enabled: true, origins: ['https://app.example']}"), {
    enabled: true,
    origins,
  });
  assert.deepEqual(corsOf("{enabled: false, origins: ['https://app.example']}"), {
    enabled: false,
    origins,
  });
});

Deno.test("a host other machines reach needs a provider", () => {
  const reachable = [
    ...["0.0.0.0", "0", "::", "[::]", "::0", "0:0:0:0:0:0:0:0", "::ffff:0.0.0.0", "*"],
    ...["192.168.0.1", "10.0.0.1", "fe80::1", "2001:db8::1", "::ffff:127.0.0.1", "::1%eth0"],
    ...["example.com", "127.0.0.1.evil.com", "localhost.evil.com", "127.0.0.256", "127.0.0.1 "],
  ];
  for (const host of reachable) {
    assert.deepEqual(problems("", { CODEMODE_HOST: host }), [
      `environment: CODEMODE_HOST: ${host} is ${REACHABLE}`,
    ]);
  }
  for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"]) {
    assert.equal(parse("", { CODEMODE_HOST: host }).server.host, host);
  }
  const api = `security: {auth: {provider: api-key, keys: [{id: a, hash: "${HASH}"}]}}\n`;
  assert.equal(parse(api, { CODEMODE_HOST: "0.0.0.0" }).server.host, "0.0.0.0");
});

Deno.test("everything is frozen, down to the lists", () => {
  const config = parse("mcp: {servers: {a: {transport: stdio, command: x, args: [y]}}}\n");
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    assert.ok(Object.isFrozen(value), path);
    for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`);
  };
  visit(config, "config");
});

Deno.test("credentials: kept as secrets, and refused where they cannot be sent", () => {
  const one = (host: string, header: string, value: string) =>
    `security: {credentials: [{host: "${host}", header: "${header}", value: "${value}"}]}\n`;
  const [credential] = parse(one("api.test:8443", "Authorization", "${TOKEN}"), { TOKEN: "hush" })
    .security.credentials ?? [];
  assert.equal(credential?.value.reveal(), "hush");
  assert.equal(
    JSON.stringify(credential),
    '{"host":"api.test:8443","header":"Authorization","value":"[secret]"}',
  );
  const told = problems(one("a b", "Host", "a\\nb")).map((line) =>
    line.replace(/^c\.yaml:\d+:\d+: /, "")
  );
  assert.deepEqual(told, [
    "security.credentials.0.host: a b is no host such as api.example.com",
    "security.credentials.0.header: Host is no header that can be added",
    "security.credentials.0.value: it is empty or has characters that no header may have",
  ]);
});

Deno.test("a server that is not there: the one that was meant", () => {
  const text = "security: {capabilities: {mcp: {allowedServers: [memry]}}}\n" +
    "mcp: {servers: {memory: {transport: stdio, command: x}}}\n";
  assert.deepEqual(problems(text), [
    'c.yaml:1:50: security.capabilities.mcp.allowedServers.0: there is no server "memry"; one that is added later can be named with admin.enabled: true (did you mean "memory"?)',
  ]);
});

Deno.test("variables: DENO_DIR is there although it is not set", () => {
  const text = "mcp: {servers: {a: {transport: stdio, command: '${DENO_DIR}/x'}}}\n";
  const { a } = parse(text, { HOME: "/home/ada", DENO_DIR: "/d" }).mcp.servers;
  assert.equal(a?.command, "/d/x");
});

Deno.test("what is printed loads as the same configuration", () => {
  const config = parse(readFileSync(COMMITTED, "utf8").replace(/ +environment:\n.*\n/, ""), {
    DENO_DIR: "/d",
  });
  const printed = printConfig(config);
  assert.match(printed, /^# Paths are relative to \/srv\/app\nserver:\n {2}host: 127\.0\.0\.1\n/);
  assert.match(printed, /\n {4}memory: 134217728\n {4}timeout: 30000ms\n/);
  assert.deepEqual(parse(printed), config);
});

Deno.test("a dollar sign that is printed is no variable when it is read", () => {
  const config = parse("server: { allowedHosts: ['$${HOME}', 'a$$$$b', 'c$'] }");
  assert.deepEqual(config.server.allowedHosts, ["${HOME}", "a$$b", "c$"]);
  const printed = printConfig(config);
  assert.match(printed, /\n {4}- \$\$\{HOME\}\n {4}- a\$\$\$\$b\n {4}- c\$\$\n/);
  assert.deepEqual(parse(printed), config);
});

Deno.test("secrets never print", () => {
  const config = parse(`
mcp:
  servers:
    a:
      transport: http
      url: http://localhost:1/
      headers: { X: hush-1 }
      environment: { Y: hush-2, Z: 12345678 }
      auth: { type: bearer, token: hush-3 }
`);
  const { a } = config.mcp.servers;
  assert.ok(a?.auth?.type === "bearer");
  assert.equal(a.auth.token.reveal(), "hush-3");
  assert.equal(a?.environment["Z"]?.reveal(), "12345678");
  const shown = [
    printConfig(config),
    JSON.stringify(config),
    `${a.auth.token} ${a?.headers["X"]} ${a?.environment["Y"]}`,
    Deno.inspect(config, { depth: 20, showHidden: true }),
    Object.entries(a.auth.token).join(),
  ];
  for (const text of shown) assert.doesNotMatch(text, /hush|12345678/);
  assert.match(printConfig(config), /token: "\[secret\]"/);
});

Deno.test("an object is read as it is: no variables, and the object stays the caller's", () => {
  const given = { mcp: { servers: { a: { transport: "stdio", command: "${X}", args: ["b"] } } } };
  const config = parseConfig(given, "/srv");
  assert.equal(config.mcp.servers["a"]?.command, "${X}");
  assert.equal(config.directory, "/srv");
  assert.equal(Object.isFrozen(given.mcp.servers.a.args), false);
  assert.deepEqual(parseConfig({}, "/srv/app"), parse(""));
});

Deno.test("an object's problems are told at once too", () => {
  const given = { sever: 1, server: { port: "1" }, mcp: { servers: { a: { transport: "http" } } } };
  assert.deepEqual(told(() => parseConfig(given, "/")), [
    "server.port: must be a port, 0 to 65535",
    'sever: unknown key "sever" (did you mean "server"?)',
    "mcp.servers.a: transport http needs url",
  ]);
  const cyclic: Record<string, unknown> = {};
  cyclic["server"] = cyclic;
  assert.deepEqual(told(() => parseConfig(cyclic, "/")), [
    'server.server: unknown key "server"',
  ]);
});

Deno.test("a named file that is missing or cannot be read is refused", async () => {
  for (
    const options of [
      { path: "/nowhere/c.yaml", env: {} },
      { env: { CODEMODE_CONFIG: "/nowhere/c.yaml" } },
    ]
  ) {
    await assert.rejects(loadConfig(options), {
      code: "CONFIG_INVALID",
      message: "Cannot read the configuration file /nowhere/c.yaml: there is no such file",
    });
  }
});

Deno.test("limits of traffic: what cannot hold is said", () => {
  const toldOf = (server: Record<string, unknown>) => told(() => parseConfig({ server }, "/srv"));
  assert.deepEqual(toldOf({ limits: { headersTimeout: "40s" } }), [
    "server.limits.headersTimeout: headersTimeout is more than requestTimeout",
  ]);
  const none = { headerBytes: 0, headersTimeout: 0, requestTimeout: 0, idleTimeout: 0 };
  assert.deepEqual(toldOf({ limits: none }), [
    "server.limits.headerBytes: must be at least 1KB",
    "server.limits.headersTimeout: must be at least 100ms",
    "server.limits.requestTimeout: must be at least 100ms",
    "server.limits.idleTimeout: must be at least 100ms",
  ]);
  assert.deepEqual(toldOf({ trustedProxies: ["10.0.0.1", "::1"] }), []);
  assert.equal(toldOf({ trustedProxies: ["proxy.example"] }).length, 1);
  const fine = ["https://app.example", "http://localhost:8080", "chrome-extension://abc"];
  assert.deepEqual(toldOf({ cors: { origins: fine } }), []);
  for (const origin of ["*", "app.example", "https://app.example/", "null", "https://a@b"]) {
    assert.deepEqual(toldOf({ cors: { origins: [origin] } }), [
      `server.cors.origins.0: "${origin}" is not an origin such as "https://app.example"; each one is named`,
    ]);
  }
});

Deno.test("places of one principal: all where nobody is told apart, half elsewhere, or as set", () => {
  const placesOf = (file: Record<string, unknown>) =>
    Object.values(parseConfig(file, "/srv").sandbox.perPrincipal);
  const auth = { auth: { provider: "api-key", keys: [{ id: "a", hash: HASH }] } };
  const light = { processes: 3, programsAtOnce: 5, parked: 0 };
  assert.deepEqual(placesOf({ sandbox: { workers: { max: 7 }, light } }), [7, 15]);
  assert.deepEqual(placesOf({ sandbox: { workers: { max: 7 }, light }, security: auth }), [4, 8]);
  const one = {
    workers: { min: 1, max: 1 },
    light: { processes: 1, programsAtOnce: 1, parked: 0 },
  };
  assert.deepEqual(placesOf({ sandbox: one, security: auth }), [1, 1]);
  const asSet = { perPrincipal: { concurrent: 2, light: 3 } };
  assert.deepEqual(placesOf({ sandbox: asSet, security: auth }), [2, 3]);
});

Deno.test("the largest memory is no smaller than the least that a request may ask for", () => {
  const limits = (maxMemory: string) =>
    `sandbox: {limits: {memory: 8000000, maxMemory: ${maxMemory}}}\n`;
  assert.deepEqual(problems(limits("8388607")), [
    "c.yaml:1:48: sandbox.limits.maxMemory: must be at least 8MB",
  ]);
  assert.deepEqual(problems(limits("8388608")), []);
});

Deno.test("a key that is at fault is still a key", () => {
  const withKeys = (keys: string) =>
    problems(`security: {auth: {provider: api-key, keys: ${keys}}}\n`);
  assert.deepEqual(withKeys("[{id: a, hash: 'sha256:1'}]"), [
    'c.yaml:1:59: security.auth.keys.0.hash: must be "sha256:" and 64 hexadecimal digits',
  ]);
  assert.deepEqual(withKeys("[{id: a}]"), [
    "c.yaml:1:45: security.auth.keys.0.hash: is missing: a text",
  ]);
  assert.deepEqual(withKeys(`[{id: a}, {id: b, hash: "${HASH}"}, {id: b, hash: "${HASH}"}]`), [
    "c.yaml:1:45: security.auth.keys.0.hash: is missing: a text",
    "c.yaml:1:144: security.auth.keys.2: its id or hash stands there twice",
  ]);
});

Deno.test("a provider or transport that is misspelt leads to no second problem", () => {
  const text = `server: {host: 0.0.0.0}
security: {auth: {provider: api-kye, keys: [{id: a, hash: "${HASH}"}]}}
mcp: {servers: {a: {transport: htp, url: "http://localhost:1/"}}}
`;
  assert.deepEqual(problems(text), [
    'c.yaml:2:29: security.auth.provider: must be one of none, api-key, oauth2 (did you mean "api-key"?)',
    'c.yaml:3:32: mcp.servers.a.transport: must be one of stdio, http, websocket (did you mean "http"?)',
  ]);
});

Deno.test("values of another kind: what is expected, in plain words", () => {
  const told = (section: string) => problems(section).map((line) => line.replace(/^.*?: /, ""));
  assert.deepEqual(
    told("server: {limits: {requestsPerSecond: fast, burst: 0, headersTimeout: [1]}}"),
    [
      "server.limits.requestsPerSecond: must be a number above 0",
      "server.limits.burst: must be a whole number above 0",
      'server.limits.headersTimeout: must be a duration such as "30s"',
    ],
  );
  assert.deepEqual(
    told("server: {behindTls: 'yes', trustedProxies: 1, host: 2, maxBodyBytes: {}}"),
    [
      "server.behindTls: must be true or false",
      "server.trustedProxies: must be a list",
      "server.host: must be a text",
      'server.maxBodyBytes: must be a size such as "128MB"',
    ],
  );
  assert.deepEqual(told("sandbox: {queue: -1, limits: {cpuQuota: '1'}}"), [
    "sandbox.queue: must be a whole number, 0 or more",
    "sandbox.limits.cpuQuota: must be a number above 0",
  ]);
  assert.deepEqual(told("security: {capabilities: {network: {allowedPorts: [443, 0]}}}"), [
    "security.capabilities.network.allowedPorts.1: must be a port, 1 to 65535",
  ]);
});

Deno.test("a server that is at fault is there all the same", () => {
  const text =
    `security: {capabilities: {mcp: {allowedServers: [a]}}, tools: {trustAnnotations: [a]}}
mcp: {servers: {a: {command: x, timeout: soon}}}
`;
  assert.deepEqual(problems(text), [
    "c.yaml:2:20: mcp.servers.a.transport: must be one of stdio, http, websocket",
    'c.yaml:2:42: mcp.servers.a.timeout: "soon" is not a duration such as "30s" or "500ms"',
  ]);
});

Deno.test("a server that is shown as it is must be configured", () => {
  const text = `
server: { mcp: { passThrough: [memry] } }
mcp: { servers: { memory: { transport: stdio, command: memory } } }
`;
  assert.deepEqual(problems(text), [
    'c.yaml:2:32: server.mcp.passThrough.0: There is no server "memry" in mcp.servers (did you mean "memory"?)',
  ]);
});
