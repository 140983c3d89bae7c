/**
 * `${NAME}` and `${NAME:-default}` in the strings of a parsed document, `$$` for a dollar sign. It
 * runs after parsing, so a variable's value is always a string and never YAML.
 */

const VARIABLE = /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** A variable that is not set, and where it is used. */
export interface MissingVariable {
  readonly path: readonly (string | number)[];
  readonly name: string;
}

/** A document with its variables replaced, and those that were missing. */
export interface Interpolated {
  readonly value: unknown;
  readonly missing: readonly MissingVariable[];
}

/** Replaces every variable of every string of the document. */
export function interpolate(
  document: unknown,
  env: Readonly<Record<string, string | undefined>>,
): Interpolated {
  const missing: MissingVariable[] = [];
  const walk = (value: unknown, path: readonly (string | number)[]): unknown => {
    if (typeof value === "string") return fill(value, path);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]),
    );
  };
  const fill = (text: string, path: readonly (string | number)[]): string =>
    text.replace(VARIABLE, (match, name?: string, fallback?: string) => {
      if (match === "$$") return "$";
      // Own names only: `${constructor}` is a variable like any other.
      const given = name !== undefined && Object.hasOwn(env, name) ? env[name] : undefined;
      const value = given ?? fallback;
      if (value === undefined && name !== undefined) missing.push({ path, name });
      return value ?? "";
    });
  return { value: walk(document, []), missing };
}
