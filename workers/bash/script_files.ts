/**
 * The files of one script, in memory. A shell puts two files in its tree for each of its commands, which
 * takes longer than most scripts do and which hardly any script looks at: they are written when one does.
 */

import { InMemoryFs } from "just-bash/browser";

/** Folders of the commands. */
const FOLDERS: readonly string[] = ["/bin", "/usr/bin"];

type Args<Name extends keyof InMemoryFs> = InMemoryFs[Name] extends (...args: infer A) => unknown
  ? A
  : never;

/** A file system that writes the files of commands late. */
export class ScriptFiles extends InMemoryFs {
  /** Text by path of what is not written yet. */
  readonly #late = new Map<string, string>();
  readonly #startedAt = new Date();
  /** Whether the script has begun: what it writes is written at once, and counted. */
  #isInUse = false;

  /** Room in bytes for what files hold. */
  constructor(maxTotalBytes: number) {
    super(undefined, { maxTotalBytes });
  }

  override writeFileSync(
    path: string,
    content: Args<"writeFileSync">[1],
    options?: Args<"writeFileSync">[2],
    metadata?: Args<"writeFileSync">[3],
  ): void {
    const isLate = !this.#isInUse && typeof content === "string" && isCommandPlace(path);
    if (isLate) this.#late.set(path, content);
    else super.writeFileSync(path, content, options, metadata);
  }

  override readFile(...args: Args<"readFile">) {
    this.#show(args[0]);
    return super.readFile(...args);
  }

  override readFileBytes(path: string) {
    this.#show(path);
    return super.readFileBytes(path);
  }

  override readFileBuffer(...args: Args<"readFileBuffer">) {
    this.#show(args[0]);
    return super.readFileBuffer(...args);
  }

  override writeFile(...args: Args<"writeFile">) {
    this.#show(args[0]);
    return super.writeFile(...args);
  }

  override appendFile(...args: Args<"appendFile">) {
    this.#show(args[0]);
    return super.appendFile(...args);
  }

  override exists(path: string) {
    this.#show(path);
    return super.exists(path);
  }

  override stat(path: string) {
    this.#show(path);
    return super.stat(path);
  }

  override lstat(path: string) {
    this.#show(path);
    return super.lstat(path);
  }

  override mkdir(...args: Args<"mkdir">) {
    this.#show(args[0]);
    return super.mkdir(...args);
  }

  override readdir(path: string) {
    this.#show(path);
    return super.readdir(path);
  }

  override readdirWithFileTypes(path: string) {
    this.#show(path);
    return super.readdirWithFileTypes(path);
  }

  override chmod(...args: Args<"chmod">) {
    this.#show(args[0]);
    return super.chmod(...args);
  }

  override readlink(path: string) {
    this.#show(path);
    return super.readlink(path);
  }

  override realpath(path: string) {
    this.#show(path);
    return super.realpath(path);
  }

  override utimes(...args: Args<"utimes">) {
    this.#show(args[0]);
    return super.utimes(...args);
  }

  override rm(...args: Args<"rm">) {
    this.#showAll();
    return super.rm(...args);
  }

  override cp(...args: Args<"cp">) {
    this.#showAll();
    return super.cp(...args);
  }

  override mv(...args: Args<"mv">) {
    this.#showAll();
    return super.mv(...args);
  }

  override link(...args: Args<"link">) {
    this.#showAll();
    return super.link(...args);
  }

  /** A path that leads to a folder of commands by another name would not be known. */
  override symlink(...args: Args<"symlink">) {
    this.#showAll();
    return super.symlink(...args);
  }

  override getAllPaths() {
    this.#showAll();
    return super.getAllPaths();
  }

  /** Writes what is at a path, or in it. */
  #show(path: string): void {
    this.#isInUse = true;
    if (this.#late.size === 0) return;
    const place = this.resolvePath("/", path);
    const text = this.#late.get(place);
    if (text !== undefined) this.#write(place, text);
    else if (FOLDERS.includes(place)) this.#showAll();
  }

  #showAll(): void {
    this.#isInUse = true;
    for (const [path, text] of this.#late) this.#write(path, text);
  }

  /** However full the files are, a command is found: then its file is empty. */
  #write(path: string, text: string): void {
    this.#late.delete(path);
    const metadata = { mtime: this.#startedAt };
    try {
      super.writeFileSync(path, text, undefined, metadata);
    } catch {
      super.writeFileSync(path, "", undefined, metadata);
    }
  }
}

function isCommandPlace(path: string): boolean {
  return path.startsWith("/bin/") || path.startsWith("/usr/bin/");
}
