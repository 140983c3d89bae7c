/** Durations and sizes as people write them: `30s`, `500ms`, `128MB`; bare numbers are ms and bytes. */

const DURATIONS: Readonly<Record<string, number>> = Object.freeze({
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
});

const SIZES: Readonly<Record<string, number>> = Object.freeze({
  B: 1,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
});

/** Milliseconds, or undefined when it is no duration. */
export function parseDuration(value: string | number): number | undefined {
  return parse(value, DURATIONS, (unit) => unit.toLowerCase());
}

/** Bytes, or undefined when it is no size. `K`, `KB` and `KiB` are all 1024. */
export function parseSize(value: string | number): number | undefined {
  return parse(value, SIZES, (unit) => {
    const [whole, scale = ""] = /^(?:([KMG])I?)?B?$/.exec(unit.toUpperCase()) ?? [];
    return whole === undefined ? unit : `${scale}B`;
  });
}

function parse(
  value: string | number,
  units: Readonly<Record<string, number>>,
  normalise: (unit: string) => string,
): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value : undefined;
  const [, digits = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/.exec(value) ?? [];
  if (digits === "") return undefined;
  const name = normalise(unit);
  const factor = unit === "" ? 1 : Object.hasOwn(units, name) ? units[name] : undefined;
  return factor === undefined ? undefined : Math.round(Number(digits) * factor);
}
