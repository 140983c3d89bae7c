/** `codemode serve`: the service on its socket, until it is told to stop. */

import { createApp, VERSION } from "../app.ts";
import { createConsoleSink } from "../base/log_console.ts";
import { createFileSink } from "../base/log_file.ts";
import { createLogger, type Logger, type LogSink } from "../base/log.ts";
import { type Config, isLoopback, type LogOutput, watchFile } from "../config/mod.ts";
import { type Command, portOf, text } from "./command.ts";
import type { Output } from "./output.ts";
import { listenForSignals } from "./stop_signals.ts";
import { configOf, configPath } from "./with_app.ts";
import { systemClock } from "../base/clock.ts";

/** The verb. */
export const serve: Command = {
  name: "serve",
  summary: "Start the service",
  usage: "[--port N] [--host H]",
  flags: { port: { type: "string", short: "p" }, host: { type: "string" } },
  help: ["--port, -p       0 lets the system choose", "--host           address to listen on"],
  async run(invocation) {
    const { values } = invocation;
    const port = portOf(invocation, "port");
    const host = text(invocation, "host");
    const flags = {
      ...(port === undefined ? {} : { port }),
      ...(host === undefined ? {} : { host }),
    };
    const load = () => configOf(invocation, flags);
    const config = await load();
    const sinks = config.logging.outputs.map((output) =>
      createSink(output, values["json"] ? "json" : config.logging.format, invocation.output)
    );
    const changeable = { path: configPath(invocation), load };
    try {
      await serveUntilStopped(config, createLogger(sinks, config.logging.level), changeable);
    } finally {
      for (const sink of sinks) await sink[Symbol.asyncDispose]();
    }
    return 0;
  },
};

/** The configuration file, and how it is read. */
interface Changeable {
  readonly path: string;
  readonly load: () => Promise<Config>;
}

async function serveUntilStopped(
  config: Config,
  logger: Logger,
  { path, load }: Changeable,
): Promise<void> {
  await using app = createApp(config, { logger, loadConfig: load });
  // The reloader has logged what is wrong.
  const reload = () => void app.reload().catch(() => {});
  using signals = listenForSignals(reload);
  using _watched = config.reload.watch
    ? await watchFile(path, { clock: systemClock, logger, onChange: reload })
    : undefined;
  await using server = await app.listen();
  const { auth } = config.security;
  logger.info("listening", {
    url: server.url,
    docs: `${server.url}/docs`,
    callers: auth.provider,
    version: VERSION,
  });
  for (const warning of warningsOf(config.server)) logger.warn(warning);
  logger.info("stopping", { signal: await signals.first });
  // The app goes first: it ends what runs, so that the socket's open requests get their answers.
  await app.close(signals.again);
  await server[Symbol.asyncDispose]();
  logger.info("stopped");
}

/** What is better set where other machines reach the service. */
function warningsOf({ host, allowedHosts, behindTls }: Config["server"]): string[] {
  if (isLoopback(host)) return [];
  return [
    ...(behindTls
      ? []
      : ["keys and tokens cross in the clear; end TLS in front, see server.behindTls"]),
    ...(allowedHosts.length > 0
      ? []
      : ["requests for any name are answered; name the service in server.allowedHosts"]),
  ];
}

function createSink(to: LogOutput, format: "json" | "text", output: Output): LogSink {
  if (to.type === "console") return createConsoleSink(format);
  const onError = (error: unknown) =>
    output.note(`Cannot write the log ${to.path}: ${String(error)}`);
  return createFileSink({ ...to, format, onError });
}
