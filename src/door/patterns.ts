/** How programs are written that do well: short texts that agents read when they want to. */

/** One text. */
export interface Pattern {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

/** All of them. */
export const PATTERNS: readonly Pattern[] = Object.freeze([
  {
    name: "parallel-calls",
    title: "Calls that do not need each other",
    text: `Start them together and wait once:

const [users, orders] = await Promise.all([mcp.crm.users({}), mcp.shop.orders({})]);
return { users: users.length, orders: orders.length };

Over a list, the same; the service bounds how many run at once:

return await Promise.all(ids.map((id) => mcp.crm.user({ id })));`,
  },
  {
    name: "small-results",
    title: "Return what is needed, not what was read",
    text: `What a program returns is all you read. Filter, count and cut inside the program:

const issues = await mcp.tracker.list({ state: "open" });
return issues.filter((issue) => issue.age > 30).map(({ id, title }) => ({ id, title }));

A result that is too big is cut and kept; read_result reads on by the handle in "truncated".`,
  },
  {
    name: "errors",
    title: "Calls that may fail",
    text:
      `A failed call throws an error with code, server, tool and details. Catch what you can do without:

const results = await Promise.allSettled(names.map((name) => mcp.registry.look_up({ name })));
return results.map((one) => one.status === "fulfilled" ? one.value : String(one.reason.message));

A failed program tells which calls were made: do not make those again that had an effect.`,
  },
  {
    name: "finding-tools",
    title: "When the declarations are PARTIAL",
    text: `search_tools answers with signatures that can be pasted. A program can do it, too:

const [hit] = await codemode.search("create an issue");
return await codemode.call(hit.path, { title: "…" });`,
  },
]);
