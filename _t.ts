import { nameTools, createDeclarations, signature, generateTypes } from "./src/typegen/mod.ts";
const data = JSON.parse(await Deno.readTextFile("test/fixtures/discovery/tools_large.json"));
const g = new Map<string, any[]>();
for (const t of data.tools) { if(!g.has(t.server)) g.set(t.server, []); g.get(t.server)!.push({server:t.server,name:t.tool,description:t.description,inputSchema:t.inputSchema,source:"mcp"}); }
const groups=[...g].map(([server,tools])=>({server,description:"",tools}));
for (let i=0;i<6;i++){ const a=performance.now(); const n=nameTools(groups); const b=performance.now(); const d=createDeclarations(n); const c=performance.now(); console.log("name",(b-a).toFixed(1),"declare",(c-b).toFixed(1), d.text.length, d.hash.slice(0,8), d.problems.length);
 if(i==5){ Deno.writeTextFileSync("/tmp/tg/d.d.ts", d.text); Deno.writeTextFileSync("/tmp/tg/p.d.ts", createDeclarations(n,{budgetTokens:4000}).text); console.log(d.problems.slice(0,20)); console.log(signature(n[3],n[3].tools[0])); } }
