/** `codemode serve`: the service on its socket, until it is told to stop. */

import { createApp, VERSION } from "../app.ts";
import { createConsoleSink } from "../base/log_console.ts";
import { createFileSink } from "../base/log_file.ts";
import { createLogger, type Logger, type LogSink } from "../base/log.ts";
import type { Config, LogOutput } from "../config/mod.ts";
import { type Command, text, whole } from "./command.ts";
import type { Output } from "./output.ts";
import { configOf } from "./with_app.ts";

/** The verb. */
export const serve: Command = {
  name: "serve",
  summary: "Start the service",
  usage: "[--port N] [--host H]",
  flags: { port: { type: "string", short: "p" }, host: { type: "string" } },
  help: ["--port, -p       0 lets the system choose", "--host           address to listen on"],
  async run(invocation) {
    const { values, env } = invocation;
    const port = whole(invocation, "port");
    const host = text(invocation, "host");
    const overrides = {
      ...(port === undefined ? {} : { CODEMODE_PORT: String(port) }),
      ...(host === undefined ? {} : { CODEMODE_HOST: host }),
    };
    const config = await configOf({ ...invocation, values, env: { ...env, ...overrides } });
    const sinks = config.logging.outputs.map((output) =>
      createSink(output, config.logging.format, invocation.output)
    );
    try {
      await serveUntilStopped(config, createLogger(sinks, config.logging.level));
    } finally {
      for (const sink of sinks) await sink[Symbol.asyncDispose]();
    }
    return 0;
  },
};

async function serveUntilStopped(config: Config, logger: Logger): Promise<void> {
  await using app = createApp(config, { logger });
  const stopped = stopSignal();
  const { host: hostname, port } = config.server;
  const server = Deno.serve({
    hostname,
    port,
    onListen: ({ hostname, port }) => {
      const host = hostname.includes(":") ? `[${hostname}]` : hostname;
      logger.info("listening", { url: `http://${host}:${port}`, version: VERSION });
    },
    handler: (request) => app.fetch(request),
  });
  logger.info("stopping", { signal: await stopped });
  // The app goes first: it ends what runs, so that the socket's open requests get their answers.
  await app.close();
  await server.shutdown();
  logger.info("stopped");
}

function createSink(to: LogOutput, format: "json" | "text", output: Output): LogSink {
  if (to.type === "console") return createConsoleSink(format);
  const onError = (error: unknown) =>
    output.note(`Cannot write the log ${to.path}: ${String(error)}`);
  return createFileSink({ ...to, format, onError });
}

/** Resolves with the first of SIGINT and SIGTERM. */
function stopSignal(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const signals = ["SIGINT", "SIGTERM"] as const;
  const listeners = signals.map((signal) => {
    const listener = () => resolve(signal);
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  return promise.finally(() => listeners.forEach((remove) => remove()));
}
