/**
 * What runs in the page of `/docs`. It stands in the page as text and needs nothing around it; whatever
 * it shows is set as text, never as markup.
 */

import { docsAddress } from "./docs_address.ts";

/** The page's module. */
export const DOCS_SCRIPT = `
const addressOf = ${docsAddress};
const el = (tag, text, ...children) => {
  const node = document.createElement(tag);
  if (text) node.textContent = text;
  node.append(...children);
  return node;
};
const classed = (node, name) => { node.className = name; return node; };
const root = document.getElementById("operations");
const api = await (await fetch("/openapi.json")).json();
const nameOf = (schema) => schema?.$ref?.split("/").pop();
const resolve = (schema) => schema?.$ref ? api.components.schemas[nameOf(schema)] : schema;
document.getElementById("version").textContent = api.info.version;
const credential = document.getElementById("credential");
const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
root.textContent = "";
for (const { name, description } of api.tags) {
  const own = operations.filter(({ operation }) => operation.tags[0] === name);
  root.append(el("section", "", el("h2", name), el("p", description), ...own.map(show)));
}
document.getElementById(location.hash.slice(1))?.setAttribute("open", "");

function show({ path, method, operation }) {
  const { operationId, summary, description, parameters = [], requestBody } = operation;
  const title = el("summary", "", classed(el("b", method.toUpperCase()), method), el("code", path),
    classed(el("span", summary), "about"));
  const box = el("details", "", title);
  box.id = operationId;
  if (description) box.append(el("p", description));
  const inputs = parameters.map((parameter) => inputOf(parameter, box));
  const json = requestBody?.content["application/json"];
  const text = el("textarea");
  if (json) {
    text.value = asText(json.example ?? {});
    text.rows = Math.min(14, text.value.split("\\n").length + 1);
    text.spellcheck = false;
    box.append(el("h3", "Body"), text, ...schemaBoxes("Fields", json.schema));
  }
  if (!operation.responses["101"]) tryOut(box, { path, method, operation, inputs, body: json && text });
  box.append(answersOf(operation));
  return box;
}

function inputOf(parameter, box) {
  const { name, description, schema = {}, example } = parameter;
  const input = el("input");
  input.name = name;
  // What the empty field shows: the attribute of that name.
  input.placeholder = String(example ?? schema.default ?? typeOf(schema));
  if (example !== undefined && parameter.in !== "path") input.value = example;
  const told = [parameter.in, parameter.required ? "required" : "", description ?? ""].filter(Boolean).join(" · ");
  box.append(classed(el("label", "", el("code", name), input, el("small", told)), "field"));
  return { parameter, input };
}

function tryOut(box, { path, method, operation, inputs, body }) {
  const out = el("pre"), send = el("button", "Send"), stop = el("button", "Stop");
  out.setAttribute("aria-live", "polite");
  stop.hidden = true;
  send.onclick = async () => {
    const typed = inputs.map(({ parameter, input }) => ({ ...parameter, value: input.value }));
    const left = new AbortController();
    stop.onclick = () => left.abort();
    stop.hidden = false; send.disabled = true; out.textContent = "";
    const headers = { accept: acceptOf(operation) };
    for (const one of typed) if (one.in === "header" && one.value) headers[one.name] = one.value;
    if (body) headers["content-type"] = "application/json";
    if (credential.value) headers.authorization = "Bearer " + credential.value;
    const init = { method: method.toUpperCase(), headers, signal: left.signal, ...(body ? { body: body.value } : {}) };
    try { await answer(await fetch(addressOf(path, typed), init), out); }
    catch (error) { out.textContent += "\\n" + error.message; }
    stop.hidden = true; send.disabled = false;
  };
  box.append(el("p", "", send, stop), out);
}

async function answer(response, out) {
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  if (!isStream) {
    const raw = await response.text();
    let shown = raw;
    try { shown = asText(JSON.parse(raw)); } catch {}
    out.textContent = response.status + "\\n" + shown;
    return;
  }
  out.textContent = response.status + "\\n";
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    out.append(piece);
    out.scrollTop = out.scrollHeight;
  }
}

function acceptOf({ responses }) {
  const types = Object.keys(responses["200"].content ?? {});
  return types.includes("text/event-stream") ? types.join(", ") : types[0] ?? "*/*";
}

function answersOf({ responses }) {
  const all = el("details", "", el("summary", "Answers"));
  for (const [status, { description, content = {} }] of Object.entries(responses)) {
    const [type, { schema } = {}] = Object.entries(content)[0] ?? [];
    const names = schema?.anyOf ? schema.anyOf.map(nameOf).join(" or ") : nameOf(schema) ?? "";
    const row = el("div", "", el("b", status), el("span", description),
      classed(el("small", [type, names].filter(Boolean).join(" · ")), "type"));
    all.append(classed(row, "answer"), ...(status === "200" ? schemaBoxes("Fields", schema) : []));
  }
  return all;
}

function schemaBoxes(title, schema) {
  if (!schema) return [];
  return (schema.anyOf ?? [schema]).map((one) => {
    const name = nameOf(one), own = resolve(one), box = el("details", "", el("summary", name ? title + " of " + name : title));
    box.append(own.properties ? tableOf(own) : el("pre", asText(own)));
    return box;
  });
}

function tableOf({ properties, required = [] }) {
  const rows = Object.entries(properties).map(([name, schema]) => el("tr", "",
    el("td", "", el("code", name)), el("td", typeOf(schema) + (required.includes(name) ? "" : " ?")),
    el("td", schema.description ?? resolve(schema)?.description ?? "")));
  return el("table", "", el("tbody", "", ...rows));
}

function typeOf(schema) {
  if (schema?.$ref) return nameOf(schema);
  if (schema?.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema && "const" in schema) return JSON.stringify(schema.const);
  if (schema?.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(" | ");
  if (schema?.type === "array") return typeOf(schema.items) + "[]";
  return schema?.type ?? "any";
}

function asText(value) { return JSON.stringify(value, null, 2); }`;
