/** An origin of its own with an empty page, and the sources as a browser takes them. */

import { ts } from "ts-morph";

const SOURCES = new URL("../../src/", import.meta.url);

/** Serves `/` and the modules under `/src/`, their types taken out. */
export function serveSources(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async ({ url }) => {
    const { pathname } = new URL(url);
    if (!pathname.startsWith("/src/")) {
      return new Response("<!doctype html><body></body>", {
        headers: { "content-type": "text/html" },
      });
    }
    const source = await Deno.readTextFile(new URL(pathname.slice("/src/".length), SOURCES));
    return new Response(toJavaScript(source), { headers: { "content-type": "text/javascript" } });
  });
}

function toJavaScript(source: string): string {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
  };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}
