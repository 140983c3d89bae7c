/** `fetch` over TLS: whom a certificate speaks for, and who may issue it. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../harness/fetch_as_program.ts", import.meta.url));
const AUTHORITY = fixture("authority.pem");

function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));
}

/** Lines told by a process that trusts `authority`, or only what the system trusts. */
async function ask(urls: readonly string[], authority: string | undefined): Promise<string[]> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", SCRIPT, ...urls],
    env: { NO_COLOR: "1", ...(authority === undefined ? {} : { NODE_EXTRA_CA_CERTS: authority }) },
    stdin: "null",
  });
  const { stdout, stderr } = await command.output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  assert.equal(lines.length, urls.length, new TextDecoder().decode(stderr));
  return lines;
}

Deno.test("fetch over TLS reaches the name a certificate is of, at the address that was judged", async (t) => {
  const names: (string | undefined)[] = [];
  const server = createServer({
    key: readFileSync(fixture("server.key")),
    cert: readFileSync(fixture("server.pem")),
  }, (request, response) => {
    names.push(request.headers.host);
    response.end("over TLS");
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  const urls = ["api.example", "127.0.0.1", "other.example"].map((host) =>
    `https://${host}:${port}/`
  );

  await t.step("a name and an address of the certificate, and a name that is not", async () => {
    const [byName, byAddress, other = ""] = await ask(urls, AUTHORITY);
    assert.deepEqual([byName, byAddress], ["over TLS", "over TLS"]);
    assert.ok(
      other.startsWith(`NETWORK_FAILED: The request to other.example:${port} failed: `),
      other,
    );
    assert.deepEqual(names, [`api.example:${port}`, `127.0.0.1:${port}`]);
  });

  await t.step("an authority that is not trusted", async () => {
    const answers = await ask(urls.slice(0, 2), undefined);
    for (const answer of answers) assert.ok(answer.startsWith("NETWORK_FAILED: "), answer);
    assert.equal(names.length, 2);
  });

  await new Promise((closed) => {
    server.close(closed);
    server.closeAllConnections();
  });
});
