/** What a page tries against a service, as a script that answers with what the page learned. */

/** Each attempt by its name. */
export type Learned = Readonly<Record<string, string>>;

/**
 * A script that tries everything a page can send: with and without asking first, as a form, as parts
 * of the page, over a socket. An attempt tells what the page could read of its answer, or how it failed.
 */
export function attacksOn(service: string): string {
  return `
const service = ${JSON.stringify(service)};
const code = JSON.stringify({ code: "return 'reached'" });
const json = { method: "POST", headers: { "content-type": "application/json" }, body: code };
const plain = { method: "POST", headers: { "content-type": "text/plain" }, body: code };
const ask = async (path, init) => {
  const answer = await fetch(service + path, init);
  const text = await answer.text();
  const refusal = /"success":false,.*"code":"([A-Z_]+)"/.exec(text);
  return answer.type + " " + answer.status + " " + (refusal ? refusal[1] : text);
};
const load = (tag, name) => new Promise((resolve) => {
  const part = document.createElement(tag);
  part.onload = () => resolve("loaded");
  part.onerror = () => resolve("failed");
  part[name] = service + "/api/v1/tools";
  document.body.append(part);
});
const framed = (name, go) => new Promise((resolve) => {
  const part = document.createElement("iframe");
  part.name = name;
  document.body.append(part);
  part.onload = () => {
    try {
      resolve("read " + part.contentWindow.document.body.textContent);
    } catch (error) {
      resolve(error.name);
    }
  };
  go(part);
});
const frame = (part) => {
  part.src = service + "/api/v1/tools";
};
const post = (part) => {
  const form = document.createElement("form");
  form.action = service + "/api/v1/execute";
  form.method = "post";
  form.target = part.name;
  form.enctype = "text/plain";
  const field = document.createElement("input");
  field.name = '{"code":"return 1","context":{"a":"';
  field.value = '"}}';
  form.append(field);
  document.body.append(form);
  form.submit();
};
const socket = (path) => new Promise((resolve) => {
  const one = new WebSocket(service.replace("http", "ws") + path);
  one.onopen = () => resolve("open");
  one.onerror = () => resolve("failed");
});
const attempts = {
  "execute as JSON": () => ask("/api/v1/execute", json),
  "execute as JSON by its other name": () => ask("/execute", json),
  "execute as text": () => ask("/api/v1/execute", plain),
  "execute unread": () => ask("/api/v1/execute", { ...plain, mode: "no-cors" }),
  "execute by beacon": () =>
    Promise.resolve(String(navigator.sendBeacon(service + "/api/v1/execute", code))),
  "a direct call": () => ask("/api/v1/tools/a/b", json),
  "tools": () => ask("/api/v1/tools"),
  "tools unread": () => ask("/api/v1/tools", { mode: "no-cors" }),
  "tools with a key": () => ask("/api/v1/tools", { headers: { authorization: "Bearer x" } }),
  "tools as an image": () => load("img", "src"),
  "tools as a script": () => load("script", "src"),
  "tools in a frame": () => framed("reading", frame),
  "health": () => ask("/health"),
  "metrics": () => ask("/metrics"),
  "a form of text": () => framed("posted", post),
  "a socket": () => socket("/api/v1/ws"),
  "a socket at the root": () => socket("/"),
};
const tried = Object.entries(attempts).map(async ([name, attempt]) => {
  const late = new Promise((resolve) => setTimeout(resolve, 5000, "no answer"));
  return [name, await Promise.race([attempt().catch((error) => error.name), late])];
});
return Object.fromEntries(await Promise.all(tried));`;
}

/** What an allowed page does: it runs a program, and reads the answer and its id. */
export function useOf(service: string): string {
  return `
const answer = await fetch(${JSON.stringify(service)} + "/api/v1/execute", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ code: "return 'reached'" }),
});
const { result } = await answer.json();
return [answer.status, result, answer.headers.has("x-request-id")];`;
}
