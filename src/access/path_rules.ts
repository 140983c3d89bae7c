/**
 * Whether a program may touch a path: the path as it is named, and the one it really leads to. Folders
 * that were granted count by their real paths as well, because the operator may name a link.
 */

import { resolve } from "node:path";
import { CodemodeError } from "../base/errors.ts";
import { allowsPath, type CapabilitySet } from "../capability/mod.ts";
import type { Decisions } from "./decisions.ts";
import { realPathOf } from "./real_path.ts";

/** What paths are judged by. */
export interface PathRulesOptions {
  readonly grant: CapabilitySet;
  /** Absolute folder that relative paths are relative to. */
  readonly directory: string;
  readonly decisions: Decisions;
}

/** How a path is to be touched. */
export interface Touch {
  readonly access: "read" | "write";
  /** Folders have no extension, so the list of extensions does not apply to them. */
  readonly isFolder?: boolean;
  /** Finds the real path. @default {@link realPathOf} */
  readonly locate?: (path: string) => Promise<string>;
}

const MAX_PATH_LENGTH = 4096;

/** The paths one program may touch. */
export class PathRules {
  readonly #options: PathRulesOptions;
  #realGrant: Promise<CapabilitySet> | undefined;

  constructor(options: PathRulesOptions) {
    this.#options = options;
  }

  /** Largest file. */
  get filesystem(): CapabilitySet["filesystem"] {
    return this.#options.grant.filesystem;
  }

  /** The real path of `path`; throws `CAPABILITY_VIOLATION`, or what the file system says. */
  async admit(path: string, touch: Touch): Promise<string> {
    const { grant, directory, decisions } = this.#options;
    const wanted = resolve(directory, path);
    const allows = (set: CapabilitySet, at: string) =>
      allowsPath(touch.isFolder ? anyExtension(set) : set, at, touch.access);
    // What is not granted is not looked at: not even whether it exists.
    if (!allows(grant, wanted)) {
      const isOtherKind = allowsPath(anyExtension(grant), wanted, touch.access);
      decisions.record(
        touch.access,
        wanted,
        isOtherKind ? "its kind is not granted" : "not granted",
      );
      throw isOtherKind ? otherKind(path, touch.access, grant) : missing(path, touch.access);
    }
    const real = await (touch.locate ?? realPathOf)(wanted);
    this.#realGrant ??= toRealGrant(grant);
    if (!allows(await this.#realGrant, real)) {
      decisions.record(touch.access, wanted, "a link leads out of what is granted");
      throw leadsOut(path, touch.access);
    }
    decisions.record(touch.access, wanted);
    return real;
  }

  /** Notes that what was opened is not what was judged, and refuses it. */
  refuseSwapped(path: string, access: Touch["access"]): CodemodeError {
    const { decisions, directory } = this.#options;
    decisions.record(
      access,
      resolve(directory, path),
      "it was replaced by a link while it was opened",
    );
    return missing(path, access);
  }
}

/** Reads a path of a program. Throws `TOOL_INPUT_INVALID`. */
export function readPath(caller: string, path: unknown): string {
  if (typeof path === "string" && path !== "" && path.length <= MAX_PATH_LENGTH) {
    if (!path.includes("\0")) return path;
  }
  throw new CodemodeError("TOOL_INPUT_INVALID", `${caller} takes a path such as "data/orders.csv"`);
}

function anyExtension({ filesystem }: CapabilitySet): CapabilitySet {
  const { allowedExtensions: _, ...rest } = filesystem ?? {};
  return { filesystem: rest };
}

async function toRealGrant({ filesystem = {} }: CapabilitySet): Promise<CapabilitySet> {
  const { allowedPaths = [], writablePaths = [] } = filesystem;
  const real = (paths: readonly string[]) =>
    Promise.all(paths.map((path) => realPathOf(path).catch(() => path)));
  return {
    filesystem: {
      ...filesystem,
      allowedPaths: await real(allowedPaths),
      writablePaths: await real(writablePaths),
    },
  };
}

function otherKind(
  path: string,
  access: Touch["access"],
  { filesystem }: CapabilitySet,
): CodemodeError {
  const extensions = (filesystem?.allowedExtensions ?? []).join(", ");
  return new CodemodeError(
    "CAPABILITY_VIOLATION",
    `This program may not ${access} ${
      shownPath(path)
    }: only files with these extensions are granted: ` +
      `${extensions || "none"}`,
    { details: { allowedExtensions: filesystem?.allowedExtensions ?? [] } },
  );
}

function leadsOut(path: string, access: Touch["access"]): CodemodeError {
  return new CodemodeError(
    "CAPABILITY_VIOLATION",
    `This program may not ${access} ${
      shownPath(path)
    }: it leads through a link to what is not granted`,
  );
}

function shownPath(path: string): string {
  return path.length <= 200 ? path : `${path.slice(0, 200)}…`;
}

function missing(path: string, access: Touch["access"]): CodemodeError {
  const shown = shownPath(path);
  const capability = `${access}:${shown}`;
  return new CodemodeError(
    "CAPABILITY_VIOLATION",
    `This program may not ${access} ${shown}: the capability "${capability}" is missing`,
    { details: { capability } },
  );
}
