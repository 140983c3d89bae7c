/** What `deno task test:fuzz` was asked for. */

/** A fuzzing run. */
export interface FuzzOptions {
  /** What the properties read: seed, times and path. */
  readonly env: Readonly<Record<string, string>>;
  /** Only properties whose name contains this. */
  readonly filter: string | undefined;
}

/** Flags that are variables of the properties. */
const VARIABLES: Readonly<Record<string, { readonly name: string; readonly form: RegExp }>> = Object
  .freeze({
    "--seed": { name: "FUZZ_SEED", form: /^-?\d{1,15}$/ },
    "--times": { name: "FUZZ_TIMES", form: /^[1-9]\d{0,8}$/ },
    "--path": { name: "FUZZ_PATH", form: /^\d+(?::\d+)*$/ },
  });

const USAGE = "[--seed N] [--times N] [--path P] [--filter text]";

/** Reads the flags; a `TypeError` names what is not one, or not of its form. */
export function parseFuzzOptions(args: readonly string[]): FuzzOptions {
  const env: Record<string, string> = {};
  let filter: string | undefined;
  for (let at = 0; at < args.length; at += 2) {
    const [flag = "", value = ""] = args.slice(at, at + 2);
    const variable = Object.hasOwn(VARIABLES, flag) ? VARIABLES[flag] : undefined;
    if (variable === undefined && flag !== "--filter") {
      throw new TypeError(`Cannot fuzz as "${flag}" is unknown: flags are ${USAGE}`);
    }
    if (value === "" || (variable && !variable.form.test(value))) {
      throw new TypeError(`Cannot fuzz as ${flag} is "${value}": flags are ${USAGE}`);
    }
    if (variable === undefined) filter = value;
    else env[variable.name] = value;
  }
  return { env, filter };
}
