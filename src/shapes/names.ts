/** Which keys of an object are names that somebody chose, and which are data. Pure. */

/** Names an object may have before they are taken for data. */
export const MAX_NAMES = 120;
const MAX_NAME_LENGTH = 48;
/** Objects that are all alike, from so many on, are entries of a map. */
const MIN_ALIKE = 8;

/** Long runs of digits: an id. */
const ID = /[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f]{4}-|\d{5}/i;

/** Whether the keys of an object are data: too many, mostly no names, or of values all alike. */
export function areData(
  keys: readonly string[],
  value: Readonly<Record<string, unknown>>,
): boolean {
  if (keys.length > MAX_NAMES) return true;
  if (keys.filter(isName).length * 2 < keys.length) return true;
  return keys.length >= MIN_ALIKE && areAlike(keys.map((key) => value[key]));
}

/** Whether a key looks like a name: it begins with a letter, is short, and is no path, id or address. */
export function isName(key: string): boolean {
  return key.length <= MAX_NAME_LENGTH && /^[@$_\p{L}][\p{L}\p{N}_$ .:()%#-]*$/u.test(key) &&
    !ID.test(key);
}

/** Whether all are objects with the same keys. */
function areAlike(values: readonly unknown[]): boolean {
  const [first] = values;
  if (!isPlain(first)) return false;
  const keys = Object.keys(first);
  return keys.length > 0 && keys.length <= MAX_NAMES &&
    values.every((value) =>
      isPlain(value) && Object.keys(value).length === keys.length &&
      keys.every((key) => Object.hasOwn(value, key))
    );
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
