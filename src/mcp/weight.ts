/** What a value that was read takes in memory, roughly, counted only as far as is asked for. */

import { OBJECT_WEIGHT, PLACE_WEIGHT } from "./message_meter.ts";

/** The weight of a value from JSON; anything above `max` once it is known to be more. */
export function weightOf(value: unknown, max: number): number {
  const open: unknown[] = [value];
  let weight = 0;
  while (open.length > 0 && weight <= max) {
    const one = open.pop();
    if (typeof one === "string") weight += one.length;
    if (typeof one !== "object" || one === null) continue;
    weight += OBJECT_WEIGHT;
    const isArray = Array.isArray(one);
    const members = one as { readonly [name: string]: unknown };
    // Not all at once: of an array that is far too long only the beginning is looked at.
    for (const name in isArray ? [] : members) {
      weight += PLACE_WEIGHT + name.length;
      open.push(members[name]);
      if (weight > max) break;
    }
    for (let at = 0; isArray && at < one.length && weight <= max; at += 1) {
      weight += PLACE_WEIGHT;
      open.push(one[at]);
    }
  }
  return weight;
}
