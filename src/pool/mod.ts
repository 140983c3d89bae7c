/** The door of the pool: warm sandboxes. */

export { createPool, type Lease, type Pool, type PoolOptions, type PoolStats } from "./pool.ts";
