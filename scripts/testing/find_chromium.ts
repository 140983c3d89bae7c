/** Where Chromium is on this machine. */

import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import process from "node:process";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

/** The first Chromium of the PATH, or the one that `CHROMIUM_PATH` names; undefined if there is none. */
export async function findChromium(): Promise<string | undefined> {
  const { CHROMIUM_PATH: named, PATH = "" } = process.env;
  const folders = PATH.split(delimiter).filter((folder) => folder !== "");
  const places = named
    ? [named]
    : NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  for (const place of places) {
    if (await access(place, constants.X_OK).then(() => true, () => false)) return place;
  }
  return undefined;
}
