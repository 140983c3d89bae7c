/** The door of the pool: warm sandboxes. */

export { createLatePool } from "./late_pool.ts";
export { createPool, type Lease, type Pool, type PoolOptions, type PoolStats } from "./pool.ts";
export { createSharedPool } from "./shared_pool.ts";
export type { SharedPoolOptions } from "./shared_pool_options.ts";
export type { Isolation } from "./shared_sizing.ts";
