/**
 * Attributes that the light engine of Python is known to have as CPython has them. Of methods it has many
 * more; those of text that go by tables of Unicode differ from CPython's, and so do most functions of
 * `math` in their last digit.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const METHODS = words(
  "upper lower strip lstrip rstrip split rsplit splitlines partition rpartition join replace find rfind index rindex " +
    "count startswith endswith removeprefix removesuffix zfill ljust rjust expandtabs isdigit isdecimal isupper " +
    "islower isspace isascii append extend insert pop remove clear copy reverse sort get keys values items update " +
    "setdefault fromkeys is_integer bit_length",
);
const MODULES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["json", words("dumps loads")],
  ["asyncio", words("gather run")],
  [
    "math",
    words(
      "pi e tau inf nan floor ceil trunc sqrt fabs fmod gcd lcm comb perm factorial isqrt isnan isinf isfinite " +
        "isclose copysign prod log log2 degrees radians",
    ),
  ],
]);
/** Methods that find an empty text behind the end, where CPython finds none. */
const PLACED = words("find rfind index rindex count startswith endswith");

/** Whether the attribute of something is known; `owner` is the name it stands behind, if it is one. */
export function isKnownAttribute(owner: string, name: string): boolean {
  if (owner === "typing") return true;
  return (MODULES.get(owner) ?? METHODS).has(name);
}

/** Whether a method takes a place to begin at, and is known without one only. */
export function takesPlace(name: string): boolean {
  return PLACED.has(name);
}
