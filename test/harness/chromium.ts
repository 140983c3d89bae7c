/** A real Chromium without a window, driven over its debugging socket, gone when disposed. */

import { rm } from "node:fs/promises";
import { findChromium } from "../../scripts/testing/find_chromium.ts";
import { TextLineStream } from "./text_lines.ts";

/** Milliseconds Chromium may take to start, and a page to answer. */
const PATIENCE_MS = 15_000;

/** Options of {@link startChromium}. */
export interface ChromiumOptions {
  /** As of `--host-resolver-rules`, such as `MAP evil.example 127.0.0.1`. */
  readonly hosts: string;
}

/** A page that was loaded. */
export interface Page {
  /** What a script answers with, awaited and copied; an exception of the page is thrown. */
  evaluate(script: string): Promise<unknown>;
}

/** A running Chromium. */
export interface Chromium extends AsyncDisposable {
  /** Loads an address in a page of its own. With `html`, that is what the address answers with once. */
  open(url: string, html?: string): Promise<Page>;
}

type Message = Readonly<Record<string, unknown>>;

/** The debugging protocol: numbered requests, and events that are waited for. */
class Debugger {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, PromiseWithResolvers<Message>>();
  readonly #listeners = new Set<(event: Message) => void>();
  #last = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = () => {
      for (const { reject } of this.#answers.values()) reject(new Error("Chromium is gone"));
    };
  }

  /** Asks the browser, or the page that `sessionId` names. */
  async ask(method: string, params: Message, sessionId?: string): Promise<Message> {
    const id = this.#last += 1;
    const answer = Promise.withResolvers<Message>();
    this.#answers.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return await answer.promise;
  }

  /** The parameters of the next such event of a page. */
  next(method: string, sessionId: string): Promise<Message> {
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    const timer = setTimeout(() => reject(new Error(`No ${method} in time`)), PATIENCE_MS);
    const listener = (event: Message) => {
      if (event["method"] !== method || event["sessionId"] !== sessionId) return;
      this.#listeners.delete(listener);
      clearTimeout(timer);
      resolve(event["params"] as Message);
    };
    this.#listeners.add(listener);
    return promise;
  }

  #receive(message: Message): void {
    const answer = this.#answers.get(message["id"] as number);
    if (answer === undefined) return [...this.#listeners].forEach((listener) => listener(message));
    this.#answers.delete(message["id"] as number);
    const error = message["error"] as { message: string } | undefined;
    if (error === undefined) answer.resolve(message["result"] as Message);
    else answer.reject(new Error(error.message));
  }
}

/** Starts Chromium; throws where there is none. */
export async function startChromium({ hosts }: ChromiumOptions): Promise<Chromium> {
  const path = await findChromium();
  if (path === undefined) {
    throw new Error("There is no Chromium: deno run -A scripts/install_chromium.ts installs it");
  }
  const profile = await Deno.makeTempDir({ prefix: "codemode-chromium-" });
  const child = new Deno.Command(path, {
    args: [
      ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
      ...["--no-first-run", "--disable-extensions", "--disable-background-networking"],
      ...["--disable-component-update", "--remote-debugging-port=0", "--no-proxy-server"],
      // Other browsers let pages reach this machine without asking anyone; the service must hold alone.
      "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
      `--user-data-dir=${profile}`,
      `--host-resolver-rules=${hosts}`,
      "about:blank",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const { promise: listening, resolve } = Promise.withResolvers<string>();
  const drained = follow(child.stderr, resolve);
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const url = await Promise.race([
    listening,
    drained.then((told) => Promise.reject(unstarted(told))),
  ]);
  clearTimeout(timer);
  const socket = await connect(url);
  const browser = new Debugger(socket);
  return {
    open: (address, html) => open(browser, address, html),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((done) => socket.addEventListener("close", done, { once: true }));
      const kill = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      void browser.ask("Browser.close", {}).catch(() => {});
      await child.status;
      clearTimeout(kill);
      await Promise.all([closed, drained]);
      // Its helpers may still be writing.
      await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

async function follow(
  stderr: ReadableStream<Uint8Array>,
  onListening: (url: string) => void,
): Promise<string> {
  let told = "";
  const lines = stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) {
    told += `${line}\n`;
    const [, url] = /^DevTools listening on (ws:\S+)/.exec(line) ?? [];
    if (url !== undefined) onListening(url);
  }
  return told;
}

function unstarted(told: string): Error {
  return new Error(`Chromium did not start:\n${told}`);
}

async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`Cannot connect to ${url}`));
  });
  return socket;
}

async function open(browser: Debugger, url: string, html: string | undefined): Promise<Page> {
  const { targetId } = await browser.ask("Target.createTarget", { url: "about:blank" });
  const attached = await browser.ask("Target.attachToTarget", { targetId, flatten: true });
  const session = String(attached["sessionId"]);
  await browser.ask("Page.enable", {}, session);
  const loaded = browser.next("Page.loadEventFired", session);
  if (html !== undefined) await answerOnce(browser, session, url, html);
  const navigated = await browser.ask("Page.navigate", { url }, session);
  if (navigated["errorText"] !== undefined) throw new Error(`${url}: ${navigated["errorText"]}`);
  await loaded;
  return { evaluate: (script) => evaluate(browser, session, script) };
}

/** Answers for an address, as a name's first address does before the name is given another one. */
async function answerOnce(
  browser: Debugger,
  session: string,
  url: string,
  html: string,
): Promise<void> {
  await browser.ask("Fetch.enable", { patterns: [{ urlPattern: url }] }, session);
  void (async () => {
    const { requestId } = await browser.next("Fetch.requestPaused", session);
    const responseHeaders = [{ name: "content-type", value: "text/html" }];
    const answer = { requestId, responseCode: 200, responseHeaders, body: btoa(html) };
    await browser.ask("Fetch.fulfillRequest", answer, session);
    await browser.ask("Fetch.disable", {}, session);
  })();
}

async function evaluate(browser: Debugger, session: string, script: string): Promise<unknown> {
  const told = await browser.ask("Runtime.evaluate", {
    expression: `(async () => { ${script} })()`,
    awaitPromise: true,
    returnByValue: true,
  }, session);
  if (told["exceptionDetails"] !== undefined) {
    throw new Error(JSON.stringify(told["exceptionDetails"]));
  }
  return (told["result"] as { value?: unknown }).value;
}
