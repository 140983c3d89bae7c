/** The file sink on a real disk: order, rotation by the entries' own times, what is kept. */

import assert from "node:assert/strict";
import { createFileSink, type FileSinkOptions } from "../../../src/base/log_file.ts";
import type { LogEntry } from "../../../src/base/log.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1, 22);

function entry(message: string, time = START): LogEntry {
  return { time, level: "info", message, fields: {} };
}

async function inFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function write(
  options: Partial<FileSinkOptions> & { readonly path: string },
  entries: readonly LogEntry[],
): Promise<void> {
  await using sink = createFileSink({
    format: "json",
    rotation: "none",
    maxBytes: 1000,
    keep: 7,
    ...options,
  });
  for (const one of entries) sink.write(one);
}

/** Messages by file name. */
async function messagesIn(folder: string): Promise<Record<string, string[]>> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  const read = names.map(async (name) => {
    const lines = (await Deno.readTextFile(`${folder}/${name}`)).trimEnd().split("\n");
    return [name, lines.map((line) => String(JSON.parse(line).message))] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

Deno.test("log_file: the folder is made, dispose writes what waits, in order", () =>
  inFolder(async (folder) => {
    const messages = Array.from({ length: 500 }, (_, index) => `m${index}`);
    await write({ path: `${folder}/deep/er/a.log` }, messages.map((message) => entry(message)));
    assert.deepEqual(await messagesIn(`${folder}/deep/er`), { "a.log": messages });
  }));

Deno.test("log_file: a file that is there is appended to", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.log`;
    await write({ path }, [entry("one")]);
    await write({ path }, [entry("two")]);
    assert.deepEqual(await messagesIn(folder), { "a.log": ["one", "two"] });
  }));

Deno.test("log_file: daily, by the time of the entries", () =>
  inFolder(async (folder) => {
    const entries = [0, 1, 2, 3, 26].map((hours) => entry(`h${hours}`, START + hours * HOUR));
    await write({ path: `${folder}/a.log`, rotation: "daily" }, entries);
    assert.deepEqual(await messagesIn(folder), {
      "a.log": ["h26"],
      "a.log.2026-01-01": ["h0", "h1"],
      "a.log.2026-01-02": ["h2", "h3"],
    });
  }));

Deno.test("log_file: hourly; a file left from before goes by its own time", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.log`;
    await Deno.writeTextFile(path, '{"message":"old"}\n');
    await Deno.utime(path, (START - HOUR) / 1000, (START - HOUR) / 1000);
    await write({ path, rotation: "hourly" }, [entry("h0"), entry("h1", START + HOUR)]);
    assert.deepEqual(await messagesIn(folder), {
      "a.log": ["h1"],
      "a.log.2026-01-01T21": ["old"],
      "a.log.2026-01-01T22": ["h0"],
    });
  }));

Deno.test("log_file: by size, no file larger, the newest kept", () =>
  inFolder(async (folder) => {
    const messages = Array.from({ length: 10 }, (_, index) => `${index}é`.padEnd(300, "é"));
    const path = `${folder}/a.log`;
    const options = { path, rotation: "size", maxBytes: 1500, keep: 3 } as const;
    await write(options, messages.map((message) => entry(message)));
    const kept = await messagesIn(folder);
    assert.deepEqual(
      Object.entries(kept).map(([name, [first = "", ...more]]) => [name, first[0], more.length]),
      [
        ["a.log", "9", 0],
        ["a.log.0.000002", "3", 1],
        ["a.log.0.000003", "5", 1],
        ["a.log.0.000004", "7", 1],
      ],
    );
    for (const name of Object.keys(kept)) {
      assert.ok((await Deno.stat(`${folder}/${name}`)).size <= 1500, name);
    }
  }));

Deno.test("log_file: numbers go on after the oldest are gone, so the newest are never lost", () =>
  inFolder(async (folder) => {
    const options = { path: `${folder}/a.log`, rotation: "size", maxBytes: 1, keep: 2 } as const;
    for (const message of ["a", "b", "c", "d", "e", "f"]) await write(options, [entry(message)]);
    assert.deepEqual(await messagesIn(folder), {
      "a.log": ["f"],
      "a.log.0.000003": ["d"],
      "a.log.0.000004": ["e"],
    });
  }));

Deno.test("log_file: neighbours that only begin alike are left alone", () =>
  inFolder(async (folder) => {
    const strangers = ["a.log.bak", "a.log.0", "a.log.2026-01-01.gz", "a.logs", "a.log.d"];
    for (const name of strangers) {
      await Deno.writeTextFile(`${folder}/${name}`, '{"message":"x"}\n');
    }
    const entries = [0, 24, 48].map((hours) => entry(`h${hours}`, START + hours * HOUR));
    await write({ path: `${folder}/a.log`, rotation: "daily", keep: 1 }, entries);
    assert.deepEqual(Object.keys(await messagesIn(folder)), [
      "a.log",
      "a.log.0",
      "a.log.2026-01-01.gz",
      "a.log.2026-01-02",
      "a.log.bak",
      "a.log.d",
      "a.logs",
    ]);
  }));

Deno.test("log_file: what does not fit while the disk is slow is dropped, counted and told", () =>
  inFolder(async (folder) => {
    const long = "x".repeat(10_000);
    const entries = Array.from({ length: 1000 }, () => entry(long));
    await write({ path: `${folder}/a.log` }, entries);
    const lines = (await Deno.readTextFile(`${folder}/a.log`)).trimEnd().split("\n");
    const last = JSON.parse(lines.at(-1) ?? "");
    assert.equal(last.message, "log entries were dropped");
    assert.equal(lines.length - 1 + last.dropped, 1000);
    assert.ok(last.dropped > 100, String(last.dropped));
  }));

Deno.test("log_file: a disk that cannot be written is told of once and stops nothing", () =>
  inFolder(async (folder) => {
    const errors: unknown[] = [];
    await Deno.writeTextFile(`${folder}/file`, "");
    const options = {
      path: `${folder}/file/a.log`,
      onError: (error: unknown) => errors.push(error),
    };
    await write(options, [entry("a", START), entry("b", START), entry("c", START)]);
    assert.equal(errors.length, 1);
  }));
