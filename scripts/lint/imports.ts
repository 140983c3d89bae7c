/**
 * Rule `house/imports`: which file may import which. Rooms by the floor plan and through their doors,
 * packages by their one door, the wall between host and guest, built-ins out of the neutral rooms.
 */

import { floorPlan, fromRoot, packageOf, type Place, placeOf, resolveFrom } from "./place.ts";

type Room = Extract<Place, { kind: "room" }>;

/** Says why an import is against the plan, or nothing. `path` and the answer count from the root. */
export function importFault(
  path: string,
  specifier: string,
  options: { readonly typeOnly: boolean },
): string | undefined {
  const from = placeOf(path);
  if (from.kind === "test" || from.kind === "script" || from.kind === "outside") return undefined;
  if (from.kind === "room" && floorPlan.rooms[from.room] === undefined) {
    return `Cannot place ${path}: "${from.room}" is not a room of the floor plan`;
  }
  if (specifier.startsWith("node:")) return builtinFault(from, specifier);
  if (/^\.{0,2}\//.test(specifier)) {
    return fileFault(from, placeOf(resolveFrom(path, specifier)), options.typeOnly);
  }
  return packageFault(from, specifier);
}

function nameOf(place: Place): string {
  if (place.kind === "room") return `room "${place.room}"`;
  return place.kind === "guest" ? "the guest" : "the roof";
}

function builtinFault(from: Place, specifier: string): string | undefined {
  const { forbiddenIn, except } = floorPlan.builtinModules;
  if (from.kind !== "room" || !forbiddenIn.includes(from.room)) return undefined;
  if (except[from.room]?.includes(specifier)) return undefined;
  return `Cannot import "${specifier}" in ${nameOf(from)}: built-ins are not for neutral rooms`;
}

function packageFault(from: Place, specifier: string): string | undefined {
  if (/^[a-z]+:/.test(specifier)) {
    return `Cannot import "${specifier}" in place: pin it in deno.json`;
  }
  const outside = packageOf(specifier);
  const doors = floorPlan.packages[outside];
  if (doors === undefined) return `Cannot import "${outside}": the floor plan gives it no room`;
  const key = from.kind === "room" ? from.room : from.kind;
  if (doors.includes(key)) return undefined;
  return `Cannot import "${outside}" in ${nameOf(from)}: it enters by ${doors.join(", ")}`;
}

function fileFault(from: Place, to: Place, typeOnly: boolean): string | undefined {
  if (from.kind === "guest") return guestFault(to);
  if (to.kind === "guest") {
    return `Cannot import ${to.path} in ${nameOf(from)}: the wall stands between host and guest`;
  }
  if (to.kind === "roof") return roofFault(from, to.path);
  if (to.kind !== "room") return `Cannot import ${to.path} in ${nameOf(from)}: it is not in src`;
  if (from.kind === "room" && from.room === to.room) return undefined;
  return roomFault(from, to, typeOnly) ?? doorFault(to);
}

function guestFault(to: Place): string | undefined {
  if (to.kind === "guest") return undefined;
  if (to.kind === "room" && floorPlan.guestImports.includes(to.room)) return undefined;
  return `Cannot import ${to.path} in the guest: it may read ${floorPlan.guestImports.join(", ")}`;
}

function roofFault(from: Place, path: string): string | undefined {
  if (from.kind !== "room") return undefined;
  if (floorPlan.rooms[from.room]?.roofImports?.includes(path)) return undefined;
  return `Cannot import ${path} in ${nameOf(from)}: nothing stands on the roof`;
}

function roomFault(from: Place, to: Room, typeOnly: boolean): string | undefined {
  if (from.kind !== "room") return undefined;
  const room = floorPlan.rooms[from.room];
  if (room === undefined || room.imports.includes(to.room)) return undefined;
  const types = room.typeImports ?? [];
  if (types.includes(to.room)) {
    return typeOnly
      ? undefined
      : `Cannot import values of room "${to.room}" in ${nameOf(from)}: only its types`;
  }
  const allowed = [...room.imports, ...types].join(", ") || "no room";
  return `Cannot import room "${to.room}" in ${nameOf(from)}: it may import ${allowed}`;
}

function doorFault(to: Room): string | undefined {
  if (floorPlan.openRooms.includes(to.room) || to.path === `src/${to.room}/mod.ts`) {
    return undefined;
  }
  return `Cannot import ${to.path} past its door: import src/${to.room}/mod.ts`;
}

type Importing =
  | Deno.lint.ImportDeclaration
  | Deno.lint.ExportNamedDeclaration
  | Deno.lint.ExportAllDeclaration;

function isTypeOnly(node: Importing): boolean {
  if (node.type === "ImportDeclaration") {
    return node.importKind === "type" || everyType(node.specifiers);
  }
  return node.exportKind === "type";
}

function everyType(specifiers: Deno.lint.ImportDeclaration["specifiers"]): boolean {
  return specifiers.length > 0 &&
    specifiers.every((specifier) =>
      specifier.type === "ImportSpecifier" && specifier.importKind === "type"
    );
}

function literalOf(node: Deno.lint.Node): unknown {
  if (node.type === "TSLiteralType") return literalOf(node.literal);
  return node.type === "Literal" ? node.value : undefined;
}

/** The rule over every form of import: static, re-export, dynamic and `import("…")` types. */
export const imports: Deno.lint.Rule = {
  create(context) {
    const path = fromRoot(context.filename);
    const judge = (node: Deno.lint.Node, source: unknown, typeOnly: boolean) => {
      if (typeof source !== "string") return;
      const message = importFault(path, source, { typeOnly });
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration: (node) => judge(node, node.source.value, isTypeOnly(node)),
      ExportNamedDeclaration: (node) => judge(node, node.source?.value, isTypeOnly(node)),
      ExportAllDeclaration: (node) => judge(node, node.source.value, isTypeOnly(node)),
      ImportExpression: (node) => judge(node, literalOf(node.source), false),
      TSImportType: (node) => judge(node, literalOf(node.argument), true),
    };
  },
};
