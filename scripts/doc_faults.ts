/**
 * What is wrong with a Markdown document: links and paths that lead nowhere, tasks that do not exist,
 * words that do not belong. Pure; whether a path exists is asked of the caller.
 */

import rules from "./docs_rules.json" with { type: "json" };

/** What the text is judged against. */
export interface Surroundings {
  readonly tasks: readonly string[];
  /** Whether a path, counted from the project's root, exists. */
  readonly exists: (path: string) => boolean;
}

const CODE_PATH = /^(src|workers|scripts|test|docs)\/[\w./-]+$/;

/** The faults of a document at `path` (from the root), as `path:line: what`. */
export function findDocFaults(path: string, text: string, around: Surroundings): string[] {
  return text.split("\n").flatMap((line, index) =>
    lineFaults(path, line, around).map((fault) => `${path}:${index + 1}: ${fault}`)
  );
}

function lineFaults(path: string, line: string, around: Surroundings): string[] {
  return [
    ...linkFaults(path, line, around),
    ...pathFaults(line, around),
    ...taskFaults(line, around),
    ...wordFaults(line),
  ];
}

function linkFaults(path: string, line: string, { exists }: Surroundings): string[] {
  const targets = [...line.matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map(([, target]) => target ?? "");
  return targets
    .filter((target) => !/^([a-z]+:|#)/.test(target))
    .filter((target) => !exists(fromDocument(path, target)))
    .map((target) => `link "${target}" leads nowhere`);
}

function fromDocument(path: string, target: string): string {
  return decodeURI(new URL(target, `file:///${path}`).pathname).slice(1);
}

function pathFaults(line: string, { exists }: Surroundings): string[] {
  const quoted = [...line.matchAll(/`([^`]+)`/g)].map(([, word]) => word ?? "");
  return quoted
    .filter((word) => CODE_PATH.test(word) && !exists(word))
    .map((word) => `path "${word}" does not exist`);
}

function taskFaults(line: string, { tasks }: Surroundings): string[] {
  const named = [...line.matchAll(/deno(?:@[\d.]+)? task ([a-z][\w:-]*)/g)];
  return named
    .map(([, name]) => name ?? "")
    .filter((name) => !tasks.includes(name))
    .map((name) => `task "${name}" is not in deno.json`);
}

function wordFaults(line: string): string[] {
  return rules.forbidden.flatMap(({ pattern, reason }) => {
    const found = new RegExp(pattern).exec(line);
    return found === null ? [] : [`"${found[0].trim()}" does not belong here: ${reason}`];
  });
}
