/** The published MCP servers whose tool lists are kept as fixtures; all of them start without a key. */

/** One server: an npm package, its version, and what its command is given. `{dir}` is an empty folder. */
export interface ServerEntry {
  readonly package: string;
  readonly version: string;
  readonly args?: readonly string[];
}

export const SERVER_LIST: readonly ServerEntry[] = [
  { package: "@modelcontextprotocol/server-filesystem", version: "2026.8.31", args: ["{dir}"] },
  { package: "@modelcontextprotocol/server-memory", version: "2026.8.31" },
  { package: "@modelcontextprotocol/server-everything", version: "2026.8.31" },
  { package: "@modelcontextprotocol/server-sequential-thinking", version: "2026.8.31" },
  { package: "@modelcontextprotocol/server-github", version: "2025.4.8" },
  { package: "@modelcontextprotocol/server-pdf", version: "2.0.4", args: ["--stdio"] },
  { package: "@modelcontextprotocol/server-map", version: "2.0.3", args: ["--stdio"] },
  { package: "@playwright/mcp", version: "0.0.83" },
  { package: "chrome-devtools-mcp", version: "1.11.0" },
  { package: "@antv/mcp-server-chart", version: "0.9.10" },
  { package: "@upstash/context7-mcp", version: "4.1.1" },
  { package: "@notionhq/notion-mcp-server", version: "2.5.2" },
  { package: "@wonderwhy-er/desktop-commander", version: "0.2.52" },
  { package: "@executeautomation/playwright-mcp-server", version: "1.0.12" },
  { package: "mcp-server-kubernetes", version: "4.1.7" },
  { package: "@circleci/mcp-server-circleci", version: "0.20.0" },
  { package: "@mui/mcp", version: "0.1.6" },
  { package: "mongodb-mcp-server", version: "3.0.4" },
  { package: "@mobilenext/mobile-mcp", version: "1.0.4" },
  { package: "mcp-fetch-server", version: "1.1.2" },
  { package: "@cyanheads/git-mcp-server", version: "2.15.3" },
  { package: "duckduckgo-mcp-server", version: "0.1.2" },
  { package: "open-meteo-mcp-server", version: "2.1.0" },
  { package: "mcp-mermaid", version: "0.4.1" },
  { package: "@drawio/mcp", version: "1.6.1" },
  { package: "@eslint/mcp", version: "0.3.13" },
  { package: "repomix", version: "1.18.1", args: ["--mcp"] },
  { package: "howtocook-mcp", version: "0.2.2" },
  { package: "@angiejones/mcp-selenium", version: "0.2.3" },
  { package: "@kazuph/mcp-fetch", version: "1.6.3" },
  { package: "mcp-echarts", version: "0.7.1" },
  { package: "@sylphx/pdf-reader-mcp", version: "2.4.0" },
  { package: "@accesslint/mcp", version: "0.11.1" },
  { package: "@allpepper/memory-bank-mcp", version: "0.2.2" },
  { package: "shadcn", version: "4.23.0", args: ["mcp"] },
  { package: "next-devtools-mcp", version: "0.4.0" },
  { package: "time-mcp", version: "1.0.6" },
  { package: "@dangahagan/weather-mcp", version: "1.23.0" },
  { package: "@openbnb/mcp-server-airbnb", version: "0.3.0" },
];
