/** `GET /docs`: one page without dependencies that shows `/openapi.json` and lets it be tried. */

import { DOCS_SCRIPT } from "./docs_script.ts";

/** The page. Everything it shows is set as text, never as markup. */
export function docsPage(): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Code Mode API</title>
<style>${STYLE}</style>
<header>
<h1>Code Mode API <small id="version"></small></h1>
<p>Made from <a href="/openapi.json">/openapi.json</a>. What is sent from here runs.</p>
<label class="field">Token or key, where the service asks for one
<input id="credential" type="password" autocomplete="off"></label>
</header>
<main id="operations">Loading…</main>
<script type="module">${DOCS_SCRIPT}</script>
</html>`;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif;
  --line: light-dark(#d5d8dd, #3a3f47); --soft: light-dark(#f5f6f8, #1d2026);
  --dim: light-dark(#5a6270, #9aa3b2); }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin: 0; } h1 small, .about, .type, small { color: var(--dim); font-weight: normal; }
h2 { margin: 2rem 0 0; } h2 + p { margin: 0 0 .75rem; color: var(--dim); }
h3 { margin: .75rem 0 .25rem; font-size: 1rem; }
code, pre, textarea { font: 13px/1.5 ui-monospace, monospace; }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .4rem 0; padding: .45rem .8rem; }
details details { background: var(--soft); }
summary { cursor: pointer; overflow-wrap: anywhere; }
section > details > summary > b { display: inline-block; min-width: 3.6rem; margin-right: .6rem;
  border-radius: .3rem; padding: 0 .35rem; font-size: .8rem; text-align: center; color: #fff;
  background: #55606e; }
b.get { background: #1c6bb0 !important; } b.post { background: #1f7a43 !important; }
b.delete { background: #b03a2e !important; }
.about { margin-left: .8rem; }
pre, textarea { width: 100%; box-sizing: border-box; }
pre { overflow: auto; max-height: 26rem; margin: .5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
p + pre:not(:empty) { background: var(--soft); border-radius: .4rem; padding: .6rem; }
textarea, input { padding: .35rem .5rem; border: 1px solid var(--line); border-radius: .3rem;
  background: var(--soft); color: inherit; }
.field { display: grid; grid-template-columns: minmax(8rem, max-content) minmax(10rem, 18rem) 1fr;
  gap: .2rem .8rem; align-items: center; margin: .4rem 0; }
button { padding: .35rem 1.2rem; margin-right: .5rem; cursor: pointer; }
.answer { display: grid; grid-template-columns: 4rem 1fr max-content; gap: .8rem; padding: .15rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
td { border-top: 1px solid var(--line); padding: .2rem .6rem .2rem 0; vertical-align: top;
  overflow-wrap: anywhere; }
td:first-child { white-space: nowrap; }
@media (max-width: 40rem) {
  .field, .answer { grid-template-columns: 1fr; gap: 0; } .about { display: block; margin: 0; }
}`;
