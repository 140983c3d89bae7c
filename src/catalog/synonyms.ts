/**
 * Words that mean nearly the same when somebody asks for a tool: everyday English and the vocabulary
 * of developers. Nothing here comes from any set of tools.
 */

import { stem } from "./stem.ts";

/** The first word of a line is what the line is about; all of it are near each other. */
const NEAR: readonly string[] = [
  // What is done.
  "delete remove erase drop destroy discard forget purge wipe clear",
  "get fetch read retrieve show view display obtain load",
  "list enumerate listing show all",
  "create add make new insert generate build",
  "start launch begin spawn run open",
  "run execute invoke evaluate perform",
  "stop kill terminate end cancel abort halt quit close",
  "update edit modify change alter set adjust rewrite",
  "replace substitute swap overwrite",
  "search find lookup query locate discover look explore",
  "write save store put persist record",
  "append add attach extend",
  "send post submit publish deliver",
  "move rename relocate transfer",
  "copy duplicate clone",
  "compare diff difference versus",
  "convert transform translate turn export format",
  "merge combine join concatenate unite",
  "split divide separate",
  "download fetch save grab",
  "upload attach import",
  "connect link relate relation associate",
  "check verify validate test inspect valid",
  "summarize summary overview brief digest",
  "analyze analysis examine inspect",
  "calculate compute math evaluate count",
  "draw plot render paint visualize generate",
  "switch change checkout toggle",
  "complete finish done finalize",
  "protect lock secure encrypt",
  "navigate open visit browse go",
  "click press tap",
  "type fill enter input",
  "capture screenshot snapshot shot",
  "explain describe description detail",
  "undo revert reset restore rollback",
  "schedule plan calendar",
  "recommend suggest propose",
  "buy purchase order",
  "subscribe follow watch monitor",
  "enable activate allow",
  "disable deactivate block",
  "sort order arrange rank",
  "shuffle random randomize",
  "extract parse scrape",
  // What it is done to.
  "file document",
  "folder directory dir",
  "website site web webpage page url internet online",
  "image picture photo",
  "picture image photo screenshot",
  "video movie clip film",
  "audio sound music song track",
  "price cost value worth quote rate",
  "stock share ticker equity",
  "message mail email chat",
  "user person people member account profile",
  "task todo job ticket issue",
  "chart graph plot diagram",
  "database db sql",
  "table sheet grid",
  "spreadsheet excel sheet workbook xlsx",
  "slide powerpoint presentation ppt pptx deck",
  "word docx doc document",
  "config configuration setting preference option",
  "repository repo project",
  "documentation doc docs manual guide reference",
  "pr pull",
  "env environment",
  "error failure exception problem",
  "log history journal output print",
  "info information detail metadata about status",
  "size large big length bytes",
  "multiple several many batch bulk together",
  "current now today latest present",
  "recent latest newest last new",
  "popular trending top best hot",
  "text content string",
  "note memo reminder",
  "article paper post publication",
  "news headline story",
  "place location position point spot",
  "location address coordinates geocode where",
  "route direction path way",
  "near nearby close around",
  "city town",
  "weather forecast temperature rain",
  "time clock hour",
  "timezone tz zone",
  "date day",
  "package library module dependency",
  "version release",
  "vulnerability security cve",
  "container docker image",
  "process program task pid",
  "command shell terminal cli",
  "browser page tab",
  "currency money exchange",
  "random dice chance",
  "example sample demo snippet",
  "component widget element",
  "code source program",
  "entity node object",
  "tag label keyword category",
  "comment discussion reply thread",
  "transcript subtitle caption",
  "tool function",
  "random arbitrary",
  "company business firm",
  "profit income earnings",
];

/** What each word may also be called, by stem. */
export const SYNONYMS: ReadonlyMap<string, readonly string[]> = toMap(NEAR);

function toMap(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const near = new Map<string, Set<string>>();
  for (const line of lines) {
    const [first = "", ...others] = line.split(" ").map(stem);
    for (const other of others) {
      add(near, first, other);
      add(near, other, first);
    }
  }
  return new Map([...near].map(([word, others]) => [word, Object.freeze([...others])]));
}

function add(near: Map<string, Set<string>>, word: string, other: string): void {
  if (word !== other) near.set(word, (near.get(word) ?? new Set()).add(other));
}
