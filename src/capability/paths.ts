/** Paths as text, POSIX form: made absolute and compared without touching the disk. */

/** An absolute path without `.`, `..` and doubled slashes. Symbolic links are the system's to judge. */
export function toAbsolute(path: string, directory: string): string {
  const joined = path.startsWith("/") ? path : `${directory}/${path}`;
  const parts: string[] = [];
  for (const part of joined.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** Whether `path` is `folder` or inside it; both absolute. `/tmpx` is not inside `/tmp`. */
export function isInside(path: string, folder: string): boolean {
  return folder === "/" || path === folder || path.startsWith(`${folder}/`);
}
