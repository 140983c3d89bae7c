/**
 * The groups of tests as data: where they live, what Deno lets them touch, how long they may take,
 * and what must be ready before they run. The order is the order of running: the cheapest first.
 */

/** One group of tests. */
export interface TestGroup {
  readonly name: string;
  /** Folder of `*_test.ts` files, or of sources whose doc examples run. */
  readonly folder: string;
  /** Runs the examples in doc comments instead of test files. */
  readonly isDoc?: boolean;
  readonly permissions: readonly string[];
  /**
   * What runs at once: files as threads of one process; two files, each in a process of its own, whose
   * tests look at what their process starts and leaves; or nothing.
   */
  readonly parallel: "threads" | "processes" | "no";
  /** A process of the group is killed and counted as failed after this long. */
  readonly timeoutMs: number;
  /** Scripts, as arguments of `deno`, that must succeed before the group runs. */
  readonly prepare?: readonly (readonly string[])[];
}

// Libraries ask for environment variables when they load; unit tests answer that there are none.
const ALONE = ["--allow-read", "--ignore-env"];
const EVERYTHING = ["-A"];
const MINUTE_MS = 60_000;

export const GROUPS: readonly TestGroup[] = Object.freeze<TestGroup[]>([
  {
    name: "unit",
    folder: "test/unit",
    permissions: ALONE,
    parallel: "threads",
    timeoutMs: 5 * MINUTE_MS,
  },
  {
    name: "fuzz",
    folder: "test/fuzz",
    // Some of it is at a socket, and at the whole service in a process of its own.
    permissions: EVERYTHING,
    parallel: "threads",
    timeoutMs: 3 * MINUTE_MS,
  },
  {
    name: "docs",
    folder: "src",
    isDoc: true,
    permissions: ALONE,
    parallel: "threads",
    timeoutMs: 5 * MINUTE_MS,
  },
  {
    name: "integration",
    folder: "test/integration",
    permissions: EVERYTHING,
    parallel: "processes",
    timeoutMs: 8 * MINUTE_MS,
  },
  {
    name: "escape",
    folder: "test/escape",
    permissions: EVERYTHING,
    parallel: "processes",
    timeoutMs: 5 * MINUTE_MS,
  },
  {
    name: "e2e",
    folder: "test/e2e",
    permissions: EVERYTHING,
    parallel: "processes",
    timeoutMs: 8 * MINUTE_MS,
  },
  {
    name: "browser",
    folder: "test/browser",
    permissions: EVERYTHING,
    parallel: "no",
    timeoutMs: 5 * MINUTE_MS,
    prepare: [["run", "-A", "--frozen", "scripts/install_chromium.ts"]],
  },
  {
    name: "npm",
    folder: "test/npm",
    permissions: EVERYTHING,
    parallel: "no",
    timeoutMs: 5 * MINUTE_MS,
    prepare: [["run", "-A", "--frozen", "scripts/build_npm.ts"]],
  },
]);

/** What `deno task test` was asked to run. */
export interface Selection {
  readonly groups: readonly TestGroup[];
  /** Only tests whose name contains this. */
  readonly filter: string | undefined;
  /** False when somebody has checked the types already. */
  readonly typeCheck: boolean;
}

/** Reads `[group…] [--filter text] [--no-check]`. Throws a TypeError that names what it does not know. */
export function parseSelection(given: readonly string[]): Selection {
  const args = given.filter((arg) => arg !== "--no-check");
  const typeCheck = args.length === given.length;
  const at = args.findIndex((arg) => arg === "--filter" || arg.startsWith("--filter="));
  if (at < 0) return { groups: pick(args), filter: undefined, typeCheck };
  const joined = args[at]?.startsWith("--filter=") ?? false;
  const filter = joined ? args[at]?.slice("--filter=".length) : args[at + 1];
  if (filter === undefined || filter === "") {
    throw new TypeError(`Cannot filter tests as "--filter" needs a text`);
  }
  const names = [...args.slice(0, at), ...args.slice(at + (joined ? 1 : 2))];
  return { groups: pick(names), filter, typeCheck };
}

function pick(names: readonly string[]): readonly TestGroup[] {
  const known = GROUPS.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new TypeError(
      `Cannot run tests as no group is named "${unknown.join('", "')}": groups are ${
        known.join(", ")
      }`,
    );
  }
  return names.length === 0 ? GROUPS : GROUPS.filter(({ name }) => names.includes(name));
}

/** How `deno` is to run a group, or some files of it. */
export interface TestRun extends Pick<Selection, "filter"> {
  readonly reportPath: string;
  /** @default all of the group's folder */
  readonly files?: readonly string[];
}

/** The arguments of `deno` that run tests whose types have been checked. */
export function testArguments(
  group: TestGroup,
  { reportPath, filter, files = [group.folder] }: TestRun,
): readonly string[] {
  return [
    "test",
    "--frozen",
    "--no-prompt",
    // Types are checked once for all groups; those of the examples only here.
    ...(group.isDoc
      ? ["--doc", "--permit-no-files"]
      : ["--no-check", "--sanitize-ops", "--sanitize-resources"]),
    ...group.permissions,
    ...(group.parallel === "threads" ? ["--parallel"] : []),
    `--junit-path=${reportPath}`,
    ...(filter === undefined ? [] : [`--filter=${filter}`]),
    ...files,
  ];
}
