/** Why a file cannot be read, in words that name no path. */

const REASONS: Readonly<Partial<Record<string, string>>> = Object.freeze({
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is no folder",
  EISDIR: "it is a folder",
  EACCES: "access is denied",
  EPERM: "access is denied",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "its name is too long",
});

/** The reason of what `node:fs` threw; a code that has no words is told as it is. */
export function fileFault(thrown: unknown): string {
  const { code } = (thrown ?? {}) as { code?: unknown };
  if (typeof code !== "string") return "it cannot be opened";
  return Object.hasOwn(REASONS, code) ? REASONS[code]! : code;
}
