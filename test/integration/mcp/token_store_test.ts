/** The files of logins: who can read them, what a changed one does, and several at work on one. */

import assert from "node:assert/strict";
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "../../../src/base/secret.ts";
import { createTokenStore, type Login } from "../../../src/mcp/mod.ts";

const LOGIN: Login = Object.freeze({
  server: "peer",
  principal: "service",
  url: "https://peer.example/mcp",
  grant: "authorization_code",
  issuer: "https://issuer.example",
  client: { client_id: "c-1" },
  accessToken: "access-1",
  refreshToken: "refresh-1",
});
const OTHER: Login = Object.freeze({ ...LOGIN, server: "other", accessToken: "access-2" });
const KEY = new Secret("ab".repeat(32));
const CHANGED = "it was changed, or encrypted with another key (CODEMODE_TOKEN_KEY)";

const unreadable = (reason: string) => ({
  code: "LOGIN_REQUIRED",
  message:
    `The MCP server "peer" needs a login: the login kept for it cannot be read: ${reason}; ` +
    "run `codemode login peer`",
});

async function inFolder(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "codemode-store-"));
  try {
    await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

const fileOf = async (directory: string) =>
  join(directory, (await readdir(directory)).find((name) => name.endsWith(".login")) ?? "");

Deno.test("what was written is read, by any store of the same folder and key", () =>
  inFolder(async (directory) => {
    for (const key of [undefined, KEY, new Secret(btoa("k".repeat(32)))]) {
      const options = {
        directory: join(directory, String(key?.reveal().length)),
        ...(key ? { key } : {}),
      };
      const store = createTokenStore(options);
      assert.equal(await store.read(LOGIN), undefined);
      assert.equal(await store.remove(LOGIN), false);
      await Promise.all([store.write(LOGIN), store.write(OTHER)]);
      assert.deepEqual(await createTokenStore(options).read(LOGIN), LOGIN);
      assert.deepEqual(await createTokenStore(options).read(OTHER), OTHER);
      assert.equal(await store.read({ ...LOGIN, principal: "ada" }), undefined);
      const version = await store.version(LOGIN);
      await store.write({ ...LOGIN, accessToken: "access-3" });
      assert.notEqual(await store.version(LOGIN), version);
      assert.equal(await store.remove(LOGIN), true);
      assert.equal(await store.read(LOGIN), undefined);
      assert.deepEqual(await store.read(OTHER), OTHER);
      const names = (await readdir(options.directory)).map((name) => name.replace(/^\w{32}/, ""));
      const made = key ? [".gitignore", ".login"] : [".gitignore", ".login", "key"];
      assert.deepEqual(names.sort(), made);
    }
  }));

Deno.test("many writers at once leave one whole login and one key", () =>
  inFolder(async (directory) => {
    const writers = Array.from(
      { length: 8 },
      (_, n) => createTokenStore({ directory }).write({ ...LOGIN, accessToken: `access-${n}` }),
    );
    await Promise.all(writers);
    const found = await createTokenStore({ directory }).read(LOGIN);
    assert.match(found?.accessToken ?? "", /^access-[0-7]$/);
    assert.equal((await readdir(directory)).length, 3);
  }));

Deno.test("a login with one byte changed is refused, wherever the byte is", () =>
  inFolder(async (directory) => {
    const store = createTokenStore({ directory, key: KEY });
    await store.write(LOGIN);
    const path = await fileOf(directory);
    const whole = await readFile(path, "utf8");
    const envelope = JSON.parse(whole);
    for (const name of ["issuer", "iv", "data"]) {
      const text = String(envelope[name]);
      const changed = `${text[0] === "A" ? "B" : "A"}${text.slice(1)}`;
      await writeFile(path, JSON.stringify({ ...envelope, [name]: changed }));
      await assert.rejects(store.read(LOGIN), unreadable(CHANGED), name);
    }
    for (const text of ["", "null", "{}", "[]", whole.slice(0, -20), '{"data":{"__proto__":1}}']) {
      await writeFile(path, text);
      await assert.rejects(store.read(LOGIN), unreadable(CHANGED), text);
    }
    await writeFile(path, "x".repeat(1_048_577));
    await assert.rejects(store.read(LOGIN), unreadable("its file is too long"));
    await store.write(LOGIN);
    assert.deepEqual(await store.read(LOGIN), LOGIN);
  }));

Deno.test("a login in another's place is refused", () =>
  inFolder(async (directory) => {
    const store = createTokenStore({ directory, key: KEY });
    await store.write(LOGIN);
    const place = await fileOf(directory);
    const mine = await readFile(place);
    await rm(place);
    await store.write(OTHER);
    await copyFile(await fileOf(directory), place);
    await assert.rejects(store.read(LOGIN), unreadable(CHANGED));
    await writeFile(place, mine);
    assert.deepEqual(await store.read(LOGIN), LOGIN);
  }));

Deno.test("without its key a login is unreadable, and says so", () =>
  inFolder(async (directory) => {
    await createTokenStore({ directory }).write(LOGIN);
    const other = createTokenStore({ directory, key: KEY });
    await assert.rejects(other.read(LOGIN), unreadable(CHANGED));
    const store = createTokenStore({ directory });
    const key = join(directory, "key");
    await chmod(key, 0o640);
    const mends = "others may read it; chmod 600 mends that";
    await assert.rejects(store.read(LOGIN), unreadable(`its key file cannot be used: ${mends}`));
    await assert.rejects(store.write(OTHER), {
      code: "CONFIG_INVALID",
      message: `The key file ${key} cannot be used: ${mends}`,
    });
    await chmod(key, 0o600);
    await writeFile(key, "short");
    await assert.rejects(
      store.read(LOGIN),
      unreadable("its key file cannot be used: it has not 32 bytes"),
    );
    await rm(key);
    await assert.rejects(
      store.read(LOGIN),
      unreadable("its key is not there, and CODEMODE_TOKEN_KEY is not set"),
    );
  }));

Deno.test("a key that is none is refused before anything is written", () => {
  for (const text of ["", "hush", "ab".repeat(31), "zz".repeat(32)]) {
    assert.throws(() => createTokenStore({ directory: "/nowhere", key: new Secret(text) }), {
      code: "CONFIG_INVALID",
      message:
        "CODEMODE_TOKEN_KEY is no key: it takes 32 bytes, as 64 hexadecimal digits or in base64",
    });
  }
});
