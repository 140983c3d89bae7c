/** Compares the names a package exports with the names it promised. Pure. */

/** Door of the package → `kind name` of each export, sorted. */
export type Surface = Readonly<Record<string, readonly string[]>>;

/** One line for each name that came or went; empty when the surface is as promised. */
export function findSurfaceChanges(promised: Surface, found: Surface): string[] {
  const doors = [...new Set([...Object.keys(promised), ...Object.keys(found)])].sort();
  return doors.flatMap((door) => {
    const before = promised[door] ?? [];
    const now = found[door] ?? [];
    return [
      ...before.filter((name) => !now.includes(name)).map((name) => `${door}: gone: ${name}`),
      ...now.filter((name) => !before.includes(name)).map((name) => `${door}: new: ${name}`),
    ];
  });
}
