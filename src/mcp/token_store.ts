/**
 * Logins on disk: one encrypted file for each server and principal, readable by its owner alone and
 * replaced in one step. Several processes may use one folder: whoever reads sees the last login.
 */

import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CodemodeError } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import { lockFile } from "./file_lock.ts";
import type { Login, LoginKey } from "./login.ts";
import { loginRequired } from "./login_required.ts";
import { openLogin, sealLogin } from "./sealed_login.ts";
import { ensureTokenKey, parseTokenKey, readTokenKey, TOKEN_KEY_VARIABLE } from "./token_key.ts";

/** Bytes of a file beyond which it is none of ours. */
const MAX_FILE_BYTES = 1_048_576;

const KEY_FILE = "key";

/** Where logins are kept. */
export interface TokenStore {
  /** The login, if there is one. `LOGIN_REQUIRED` when it is there and cannot be read. */
  read(owner: LoginKey): Promise<Login | undefined>;
  write(login: Login): Promise<void>;
  /** Whether there was one. */
  remove(owner: LoginKey): Promise<boolean>;
  /** Keeps others of this machine from renewing the login until disposed. */
  hold(owner: LoginKey): Promise<AsyncDisposable>;
  /** A text that changes when the login does; cheap. */
  version(owner: LoginKey): Promise<string>;
}

/** What a store is built with. */
export interface TokenStoreOptions {
  /** Absolute; made at the first write. */
  readonly directory: string;
  /** 64 hexadecimal digits or base64 of 32 bytes. @default one in a file of the folder, made when needed */
  readonly key?: Secret;
}

/** A store in a folder. `CONFIG_INVALID` when the given key is none. */
export function createTokenStore({ directory, key }: TokenStoreOptions): TokenStore {
  return new FileTokenStore(directory, key === undefined ? undefined : parseTokenKey(key));
}

class FileTokenStore implements TokenStore {
  readonly #directory: string;
  readonly #key: Uint8Array | undefined;

  constructor(directory: string, key: Uint8Array | undefined) {
    this.#directory = directory;
    this.#key = key;
  }

  async read(owner: LoginKey): Promise<Login | undefined> {
    const text = await this.#readText(owner);
    if (text === undefined) return undefined;
    const key = this.#key ?? await this.#readKey(owner);
    if (!key) throw unreadable(owner, `its key is not there, and ${TOKEN_KEY_VARIABLE} is not set`);
    try {
      return await openLogin(text, owner, key);
    } catch (cause) {
      const why = `it was changed, or encrypted with another key (${TOKEN_KEY_VARIABLE})`;
      throw unreadable(owner, why, cause);
    }
  }

  async write(login: Login): Promise<void> {
    await this.#prepare();
    const text = await sealLogin(login, this.#key ?? await ensureTokenKey(this.#keyPath));
    const path = this.#pathOf(login);
    const fresh = `${path}.${randomUUID()}`;
    try {
      await using file = await open(fresh, "wx", 0o600);
      await file.writeFile(text);
      await file.sync();
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    }
    await rename(fresh, path);
  }

  async remove(owner: LoginKey): Promise<boolean> {
    const existed = await this.version(owner) !== ABSENT;
    await rm(this.#pathOf(owner), { force: true });
    return existed;
  }

  hold(owner: LoginKey): Promise<AsyncDisposable> {
    return lockFile(`${this.#pathOf(owner)}.lock`);
  }

  async version(owner: LoginKey): Promise<string> {
    try {
      const { ino, mtimeMs, size } = await stat(this.#pathOf(owner));
      return `${ino} ${mtimeMs} ${size}`;
    } catch (error) {
      if ((error as { code?: unknown }).code === "ENOENT") return ABSENT;
      return `unreadable: ${(error as { code?: unknown }).code}`;
    }
  }

  async #readText(owner: LoginKey): Promise<string | undefined> {
    const path = this.#pathOf(owner);
    try {
      if ((await stat(path)).size > MAX_FILE_BYTES) throw unreadable(owner, "its file is too long");
      return await readFile(path, "utf8");
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === "ENOENT") return undefined;
      throw error instanceof CodemodeError ? error : unreadable(owner, String(code), error);
    }
  }

  /** Callers are told why, not where. */
  async #readKey(owner: LoginKey): Promise<Uint8Array | undefined> {
    try {
      return await readTokenKey(this.#keyPath);
    } catch (error) {
      const { code, details } = error as Partial<CodemodeError>;
      throw unreadable(owner, `its key file cannot be used: ${details?.["reason"] ?? code}`, error);
    }
  }

  /** The folder is its owner's alone, and no repository it stands in takes it up. */
  async #prepare(): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeFile(join(this.#directory, ".gitignore"), "*\n");
  }

  get #keyPath(): string {
    return join(this.#directory, KEY_FILE);
  }

  #pathOf({ server, principal }: LoginKey): string {
    const owner = createHash("sha256").update(JSON.stringify([server, principal])).digest("hex");
    return join(this.#directory, `${owner.slice(0, 32)}.login`);
  }
}

const ABSENT = "absent";

function unreadable(owner: LoginKey, reason: string, cause?: unknown): CodemodeError {
  return loginRequired(owner.server, `the login kept for it cannot be read: ${reason}`, { cause });
}
