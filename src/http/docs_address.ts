/**
 * Where the page of `/docs` sends what was typed into it. The function's own text stands in the page, so
 * it names nothing outside itself.
 */

/** One parameter of an operation, as typed. */
export interface TypedParameter {
  readonly name: string;
  /** `path`, `query` or `header`; the last is no part of the address. */
  readonly in: string;
  readonly value: string;
}

/** `path` with its parameters; one left empty is left out of the query, and stays a name in the path. */
export function docsAddress(path: string, typed: readonly TypedParameter[]): string {
  const given = typed.filter(({ value }) => value !== "");
  const query = new URLSearchParams(
    given.filter((one) => one.in === "query").map((one) => [one.name, one.value]),
  );
  // Filled in one pass: a value that looks like another parameter's place is not filled again.
  const filled = path.replace(/\{([^{}]*)\}/g, (place, name) => {
    const own = given.find((one) => one.in === "path" && one.name === name);
    return own === undefined ? place : encodeURIComponent(own.value);
  });
  return query.size === 0 ? filled : `${filled}?${query}`;
}
