/** A collector of telemetry: what a process exports over OTLP/HTTP as JSON, in plain shapes. */

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** Names and their values, as they were told. */
export type Told = Readonly<Record<string, unknown>>;

/** One span. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly scope: string;
  readonly name: string;
  /** 2 where it failed. */
  readonly status: number | undefined;
  readonly message: string | undefined;
  readonly attributes: Told;
}

/** One series of a histogram. */
export interface CollectedSeries {
  readonly name: string;
  readonly unit: string;
  readonly count: number;
  readonly attributes: Told;
}

/** What came, so far. */
export interface Collector extends AsyncDisposable {
  /** The environment of a process that exports to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The spans of the service itself. */
  spans(): CollectedSpan[];
  /** The histograms of the service itself. */
  series(): CollectedSeries[];
  /** Everything that came, as text. */
  text(): string;
}

// deno-lint-ignore no-explicit-any -- the shapes of another project's protocol
type Json = any;

/** Listens on a port that the kernel chooses. */
export async function startCollector(): Promise<Collector> {
  const bodies: Json[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(JSON.parse(await readText(request)));
    response.setHeader("content-type", "application/json");
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    environment: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_SERVICE_NAME: "codemode-under-test",
    },
    spans: () =>
      bodies.flatMap((body) => body.resourceSpans ?? []).flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap(({ scope, spans }) => spans.map((span: Json) => toSpan(scope.name, span))),
    series: () =>
      bodies.flatMap((body) => body.resourceMetrics ?? [])
        .flatMap(({ scopeMetrics }) => scopeMetrics)
        .filter(({ scope }) => scope.name === "codemode")
        .flatMap(({ metrics }) => metrics).flatMap(toSeries),
    text: () => JSON.stringify(bodies),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function toSpan(scope: string, span: Json): CollectedSpan {
  const { traceId, spanId, parentSpanId, name, status, attributes } = span;
  return {
    ...{ traceId, spanId, parentSpanId, scope, name },
    ...{ status: status?.code, message: status?.message, attributes: toTold(attributes) },
  };
}

function toSeries({ name, unit, histogram }: Json): CollectedSeries[] {
  return histogram.dataPoints.map(({ count, attributes }: Json) => ({
    ...{ name, unit, count: Number(count), attributes: toTold(attributes) },
  }));
}

function toTold(attributes: Json): Told {
  return Object.fromEntries(
    (attributes ?? []).map(({ key, value }: Json) => [key, Object.values(value)[0]]),
  );
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}
