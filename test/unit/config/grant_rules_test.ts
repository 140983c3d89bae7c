/** Grants and credentials that cannot work: each is told with its place and what was probably meant. */

import assert from "node:assert/strict";
import { CodemodeError } from "../../../src/base/errors.ts";
import { type ConfigProblem, parseConfig } from "../../../src/config/mod.ts";

const SERVERS = { memory: { transport: "stdio", command: "x" } };
const HASH = `sha256:${"0a".repeat(32)}`;

type Security = Readonly<Record<string, unknown>>;

/** Each problem as `place below security: message (meant)`. */
function told(security: Security, admin: Security = {}): string[] {
  try {
    parseConfig({ security, admin, mcp: { servers: SERVERS } }, "/srv");
  } catch (error) {
    assert.ok(error instanceof CodemodeError);
    const problems = error.details["problems"] as readonly ConfigProblem[];
    return problems.map(({ path, message, suggestion }) =>
      `${path.replace(/^security\./, "")}: ${message}${suggestion ? ` (${suggestion})` : ""}`
    );
  }
  return [];
}

const granting = (capabilities: Security) => ({ capabilities });
const keyed = (capabilities: Security, more: Security = {}) => ({
  auth: { provider: "api-key", keys: [{ id: "ci", hash: HASH, capabilities }] },
  ...more,
});

const NO_HOST = "is no host such as api.example.com, *.example.com or localhost:8080";

const REFUSED: readonly (readonly [name: string, security: Security, told: readonly string[]])[] = [
  [
    "hosts that are none",
    granting({ network: { allowedHosts: ["http://x.com/", "a b", "x.com:99999", "b.com/path"] } }),
    [
      `capabilities.network.allowedHosts.0: "http://x.com/" ${NO_HOST} (x.com)`,
      `capabilities.network.allowedHosts.1: "a b" ${NO_HOST}`,
      `capabilities.network.allowedHosts.2: "x.com:99999" ${NO_HOST}`,
      `capabilities.network.allowedHosts.3: "b.com/path" ${NO_HOST} (b.com)`,
    ],
  ],
  [
    "an address with a port, of a key",
    keyed({ network: { allowedHosts: ["https://x.com:8443/v1"] } }),
    [
      `auth.keys.0.capabilities.network.allowedHosts.0: "https://x.com:8443/v1" ${NO_HOST} (x.com:8443)`,
    ],
  ],
  [
    "ends of names without a dot",
    granting({ filesystem: { allowedExtensions: ["csv", "*.csv", "."] } }),
    [
      'capabilities.filesystem.allowedExtensions.0: "csv" is no end of a file\'s name; it begins with a dot (.csv)',
      'capabilities.filesystem.allowedExtensions.1: "*.csv" is no end of a file\'s name; it begins with a dot (.csv)',
      'capabilities.filesystem.allowedExtensions.2: "." is no end of a file\'s name; it begins with a dot',
    ],
  ],
  [
    "a pattern of variables",
    granting({ system: { environment: ["AWS_*"] } }),
    ['capabilities.system.environment.0: "AWS_*" is no name of a variable; each one is named'],
  ],
  [
    "tools of no server",
    granting({ mcp: { allowedTools: ["foo", "memry.read", "memory.read_*", "memory."] } }),
    [
      'capabilities.mcp.allowedTools.0: "foo" names no server; write server.foo, or list allowedServers',
      'capabilities.mcp.allowedTools.1: there is no server "memry"; one that is added later can be named with admin.enabled: true (memory)',
      'capabilities.mcp.allowedTools.2: "memory.read_*" fits no tool; a tool is named whole, or * is all',
      'capabilities.mcp.allowedTools.3: "memory." fits no tool; a tool is named whole, or * is all',
    ],
  ],
  [
    "tools of a server that a key's set does not have",
    keyed({ mcp: { allowedTools: ["memory.read"] } }),
    [
      'auth.keys.0.capabilities.mcp.allowedTools.0: "memory.read" is not granted: allowedServers does not have "memory"',
    ],
  ],
];

for (const [name, security, expected] of REFUSED) {
  Deno.test(`refused: ${name}`, () => assert.deepEqual(told(security), expected));
}

const TAKEN: readonly (readonly [name: string, security: Security])[] = [
  [
    "hosts in every spelling",
    granting({
      network: { allowedHosts: ["*", "*.x.com:8443", "[::1]:80", "::1", "10.0.0.1", "é.com"] },
    }),
  ],
  ["ends with several dots", granting({ filesystem: { allowedExtensions: [".tar.gz"] } })],
  ["a tool by its server", granting({ mcp: { allowedTools: ["memory.read", "memory.*", "*"] } })],
  [
    "a tool of the listed servers",
    keyed({ mcp: { allowedServers: ["memory"], allowedTools: ["read"] } }),
  ],
];

for (const [name, security] of TAKEN) {
  Deno.test(`taken: ${name}`, () => assert.deepEqual(told(security), []));
}

Deno.test("a server that is added later can be granted where servers may be added", () => {
  const mcp = { allowedServers: ["later"], allowedTools: ["later.read", "memory.read"] };
  const text = (name: string) =>
    `there is no server "${name}"; one that is added later can be named with admin.enabled: true`;
  assert.deepEqual(told(granting({ mcp })), [
    `capabilities.mcp.allowedServers.0: ${text("later")}`,
    `capabilities.mcp.allowedTools.0: ${text("later")}`,
    'capabilities.mcp.allowedTools.1: "memory.read" is not granted: allowedServers does not have "memory"',
  ]);
  const admin = { enabled: true };
  const both = { ...mcp, allowedServers: ["later", "memory"] };
  assert.deepEqual(told({ ...granting({ mcp: both }), ...keyed({ mcp: both }) }, admin), []);
  assert.deepEqual(told(granting({ mcp: { allowedServers: ["a b", "codemode"] } }), admin), [
    'capabilities.mcp.allowedServers.0: there is no server "a b"',
    'capabilities.mcp.allowedServers.1: there is no server "codemode"',
  ]);
  const rule = { tool: "later.*", verdict: "deny" };
  assert.deepEqual(told({ tools: { trustAnnotations: ["later"], rules: [rule] } }, admin), [
    'tools.trustAnnotations.0: there is no server "later"',
    'tools.rules.0.tool: there is no server "later"',
  ]);
});

const credential = (host: string) => ({
  credentials: [{ host, header: "authorization", value: "x" }],
});
const hosts = (...allowedHosts: string[]) => ({ network: { allowedHosts } });
const place = "credentials.0.host:";

Deno.test("a credential for a host on a port that is granted to nobody would never be sent", () => {
  assert.deepEqual(told({ ...granting(hosts("api.x.com:8443")), ...credential("api.x.com") }), [
    `${place} api.x.com (ports 80 and 443) is granted to nobody, so this would never be sent; ` +
    "granted: api.x.com:8443 (api.x.com:8443)",
  ]);
  assert.deepEqual(told({ ...granting(hosts("api.x.com")), ...credential("api.x.com:8443") }), [
    `${place} api.x.com:8443 is granted to nobody, so this would never be sent; ` +
    "granted: api.x.com (api.x.com)",
  ]);
  const ports = { network: { allowedHosts: ["api.x.com"], allowedPorts: [8443] } };
  assert.deepEqual(told({ ...granting(ports), ...credential("api.x.com") }), [
    `${place} api.x.com (ports 80 and 443) is granted to nobody, so this would never be sent; ` +
    "granted: api.x.com:8443 (api.x.com:8443)",
  ]);
  const many = hosts("a.org", "b.org", "c.org", "d.org", "e.org", "f.org", "g.org");
  assert.deepEqual(told({ ...granting(many), ...credential("api.x.com") }), [
    `${place} api.x.com (ports 80 and 443) is granted to nobody, so this would never be sent; ` +
    "granted: a.org, b.org, c.org, d.org, e.org and 2 more",
  ]);
});

Deno.test("a credential is enough for one caller, and for one host of a suffix", () => {
  const own = hosts("api.x.com");
  assert.deepEqual(told(keyed(own, credential("api.x.com"))), []);
  assert.deepEqual(
    told(keyed(own, { ...granting(hosts("b.com")), ...credential("api.x.com") })),
    [],
  );
  const scoped = { provider: "oauth2", issuer: "https://i.x", audience: "a", scopes: { s: own } };
  assert.deepEqual(told({ auth: scoped, ...credential("api.x.com") }), []);
  assert.deepEqual(told({ ...granting(own), ...credential("*.x.com") }), []);
  assert.deepEqual(told({ ...granting(hosts("*.x.com")), ...credential("api.x.com:443") }), []);
  assert.deepEqual(told(credential("api.x.com")), []);
});

Deno.test("where a grant is at fault, nothing is concluded of credentials", () => {
  assert.deepEqual(told({ ...granting(hosts("https://api.x.com")), ...credential("api.x.com") }), [
    `capabilities.network.allowedHosts.0: "https://api.x.com" ${NO_HOST} (api.x.com)`,
  ]);
  const broken = { network: { allowedHosts: ["b.com"], allowedPort: [1] } };
  assert.deepEqual(told({ ...granting(broken), ...credential("api.x.com") }), [
    'capabilities.network.allowedPort: unknown key "allowedPort" (allowedPorts)',
  ]);
});
