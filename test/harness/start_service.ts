/** A real service in a process of its own, on a port the kernel chose, gone when disposed. */

import { TextLineStream } from "./text_lines.ts";

/** Root of the checkout. */
export const ROOT = new URL("../../", import.meta.url).pathname;

const OURS: readonly string[] = [Deno.execPath(), "run", "-A", "--frozen", `${ROOT}src/main.ts`];

/** Options of {@link startService}. */
export interface ServiceOptions {
  /** YAML of the configuration. */
  readonly config: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What stands before `serve`. @default this checkout's program, in Deno */
  readonly command?: readonly string[];
}

/** A running service. */
export interface Service extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** The configuration file, to be changed. */
  readonly configPath: string;
  /** Log entries so far. */
  readonly log: readonly Record<string, unknown>[];
  /** `fetch` against the service with a JSON body when one is given. */
  request(path: string, body?: unknown): Promise<Response>;
  /** `POST /api/v1/execute`; the parsed answer. */
  // deno-lint-ignore no-explicit-any -- tests assert on parsed JSON
  execute(code: string, options?: Record<string, unknown>): Promise<any>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number>;
}

/** Starts `codemode serve` and waits until it listens. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const folder = await Deno.makeTempDir({ prefix: "codemode-test-" });
  const path = `${folder}/codemode.config.yaml`;
  await Deno.writeTextFile(path, options.config);
  const [program, ...args] = options.command ?? OURS;
  const child = new Deno.Command(program ?? Deno.execPath(), {
    args: [...args, "serve", "--port", "0", "--config", path],
    cwd: ROOT,
    env: { ...options.env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const log: Record<string, unknown>[] = [];
  const { promise: listening, resolve } = Promise.withResolvers<string>();
  const drained = follow(child.stderr, log, resolve);
  const url = await Promise.race([listening, drained.then(() => "")]);
  if (url === "") {
    await child.status;
    await Deno.remove(folder, { recursive: true });
    throw new Error(`the service did not start: ${JSON.stringify(log)}`);
  }
  let stopping: Promise<number> | undefined;
  const stop = () =>
    stopping ??= (async () => {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended already.
      }
      const { code } = await child.status;
      await drained;
      await Deno.remove(folder, { recursive: true });
      return code;
    })();
  const request = (path: string, body?: unknown) =>
    fetch(
      new URL(path, url),
      body === undefined ? {} : {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      },
    );
  return {
    url,
    pid: child.pid,
    configPath: path,
    log,
    request,
    execute: async (code, rest = {}) =>
      await (await request("/api/v1/execute", { code, ...rest })).json(),
    stop,
    [Symbol.asyncDispose]: async () => void await stop(),
  };
}

async function follow(
  stderr: ReadableStream<Uint8Array>,
  log: Record<string, unknown>[],
  onListening: (url: string) => void,
): Promise<void> {
  for await (
    const line of stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
  ) {
    const entry = parseEntry(line);
    log.push(entry);
    if (entry["message"] === "listening") onListening(String(entry["url"]));
  }
}

function parseEntry(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line);
  } catch {
    return { message: line };
  }
}
