/**
 * Closes the ways a worker has out of its realm that no permission closes. A process is started with
 * flags against remote and npm modules; a worker has its host's flags, and loads what they allow.
 */

/** What is needed of the engine's global `process`. */
export interface ModuleSource {
  getBuiltinModule(name: "node:module"): {
    registerHooks(hooks: { resolve(specifier: string): never }): unknown;
  };
}

/**
 * Refuses every further `import()` in this realm, of the engine's own modules too: through them a
 * program could write to the service's output or set flags of its engine.
 */
// SAFETY: `import("npm:…")` asks a registry without a permission, with a name the program chooses
// (test/escape: import-npm, import-poisoned); must run before the scope is sealed.
export function shutImports(source: ModuleSource): void {
  const { registerHooks } = source.getBuiltinModule("node:module");
  const Refusal = TypeError;
  const define = Object.defineProperty;
  registerHooks({
    resolve() {
      const refusal = new Refusal("This module is not available to programs");
      // The engine makes a TypeError out of the text of this one; without a name it is the message.
      throw define(refusal, "name", { value: "" });
    },
  });
}

/** Permissions a worker of ours must not have. */
const PERMISSIONS = ["read", "write", "net", "env", "run", "sys", "ffi", "import"] as const;

/** What is needed of `Deno.permissions`. */
export interface PermissionSource {
  querySync(permission: { name: (typeof PERMISSIONS)[number] }): { readonly state: string };
}

/** Throws when the place has any permission: then the host has not started it as it should. */
export function assertNoPermissions(permissions: PermissionSource): void {
  for (const name of PERMISSIONS) {
    if (permissions.querySync({ name }).state === "granted") {
      throw new TypeError(`Cannot serve a program: the worker has the permission "${name}"`);
    }
  }
}

/**
 * Fixes the functions that the engine's own message loop calls by name.
 */
// SAFETY: Deno 2.9.6 ends the whole service when `call` is replaced (test/escape: worker-engine-loop).
export function fixFunctions(prototype: object): void {
  for (const name of ["apply", "bind", "call"]) {
    Object.defineProperty(prototype, name, { writable: false, configurable: false });
  }
}

/**
 * Removes what workers of one process share: blobs with an address stay until the process ends, and
 * locks are seen from every worker.
 */
// SAFETY: state would cross runs, and memory would outlive them (test/escape: storage-blob, storage-locks).
export function closeSharedStores(scope: { URL: object; navigator: object }): void {
  Reflect.deleteProperty(scope.URL, "createObjectURL");
  const navigator = Object.getPrototypeOf(scope.navigator) as object;
  Reflect.deleteProperty(navigator, "locks");
}
