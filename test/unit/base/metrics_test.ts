/** Prometheus text, to the letter, and bounded whatever the labels are. */

import assert from "node:assert/strict";
import { Metrics } from "../../../src/base/metrics.ts";

Deno.test("metrics: counters, gauges and histograms as Prometheus reads them", () => {
  const metrics = new Metrics();
  const calls = metrics.counter("calls_total", "Calls made");
  const running = metrics.gauge("running", "Running now");
  const seconds = metrics.histogram("call_seconds", "Time of a call", [0.1, 1]);
  calls.increment();
  calls.increment({ server: "a", tool: "x" }, 2);
  calls.increment({ server: "a", tool: "x" });
  running.set(3);
  running.set(1);
  for (const value of [0.1, 0.5, 2]) seconds.observe(value, { server: "a" });
  assert.equal(
    metrics.print(),
    `# HELP calls_total Calls made
# TYPE calls_total counter
calls_total 1
calls_total{server="a",tool="x"} 3
# HELP running Running now
# TYPE running gauge
running 1
# HELP call_seconds Time of a call
# TYPE call_seconds histogram
call_seconds_bucket{server="a",le="0.1"} 1
call_seconds_bucket{server="a",le="1"} 2
call_seconds_bucket{server="a",le="+Inf"} 3
call_seconds_sum{server="a"} 2.6
call_seconds_count{server="a"} 3
`,
  );
});

Deno.test("metrics: label values are escaped", () => {
  const metrics = new Metrics();
  metrics.gauge("g", "G").set(1, { name: 'a"b\\c\nd} 5' });
  assert.equal(metrics.print(), '# HELP g G\n# TYPE g gauge\ng{name="a\\"b\\\\c\\nd} 5"} 1\n');
});

Deno.test("metrics: the 257th label set and all after it are one", () => {
  const metrics = new Metrics();
  const counter = metrics.counter("c", "C");
  for (let each = 0; each < 300; each++) counter.increment({ id: String(each) });
  counter.increment({ id: "0" });
  counter.increment({ overflow: "hostile" });
  const lines = metrics.print().trimEnd().split("\n");
  assert.equal(lines.length, 2 + 256 + 1);
  assert.equal(lines[2], 'c{id="0"} 2');
  assert.equal(lines.at(-1), 'c{overflow="true"} 45');
});

Deno.test("metrics: readers run before each print", () => {
  const metrics = new Metrics();
  const gauge = metrics.gauge("g", "G");
  let value = 0;
  metrics.beforePrint(() => gauge.set(++value));
  metrics.print();
  assert.equal(metrics.print(), "# HELP g G\n# TYPE g gauge\ng 2\n");
});

Deno.test("metrics: a name is registered once", () => {
  const metrics = new Metrics();
  metrics.counter("c", "C");
  assert.throws(() => metrics.gauge("c", "G"), {
    name: "TypeError",
    message: 'Cannot register metric: the name "c" is taken',
  });
});
