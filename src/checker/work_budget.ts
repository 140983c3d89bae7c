/**
 * Bounds the compiler's work. Hostile types can make a checker run for ever or eat all memory, and a
 * thread that spins cannot be stopped from outside on every host; so the compiler itself stops: each
 * type and signature it creates passes here.
 */

import { getHeapStatistics } from "node:v8";
import type { TypeScript } from "./compiler.ts";

/** Thrown inside the compiler when the budget is spent. */
export class WorkBudgetSpent extends Error {
  override readonly name = "WorkBudgetSpent";
}

/** What one check may use. */
export interface WorkLimits {
  readonly deadlineMs: number;
  /** Types and signatures created. */
  readonly objects: number;
  /** Growth of the heap. */
  readonly heapBytes: number;
}

/** Runs compiler work within limits. */
export interface WorkBudget {
  run<Result>(limits: WorkLimits, work: () => Result): Result;
}

/** How many objects pass between two looks at the clock and the heap. */
const LOOK_INTERVAL = 512;

type Constructor = new (...args: never[]) => object;

interface Allocator {
  getTypeConstructor(): Constructor;
  getSignatureConstructor(): Constructor;
  /** Set once the counter is installed. */
  readonly workBudget?: WorkBudget;
}

interface AllocatorAccess {
  readonly objectAllocator: Allocator;
  setObjectAllocator(allocator: Allocator): void;
}

/** Installs the counter in the compiler, once. Outside `run` nothing is bounded. */
export function createWorkBudget(ts: TypeScript): WorkBudget {
  // The allocator is not in the public types.
  const access = ts as unknown as AllocatorAccess;
  const installed = access.objectAllocator.workBudget;
  if (installed !== undefined) return installed;
  let objectsLeft = Infinity;
  let deadline = Infinity;
  let heapLimit = Infinity;
  const isSpent = () => performance.now() > deadline || heapUsedBytes() > heapLimit;
  const count = () => {
    objectsLeft -= 1;
    const spent = objectsLeft < 0 || (objectsLeft % LOOK_INTERVAL === 0 && isSpent());
    if (spent) throw new WorkBudgetSpent("The compiler's work budget is spent");
  };
  const budget: WorkBudget = {
    run(limits, work) {
      objectsLeft = limits.objects;
      deadline = performance.now() + limits.deadlineMs;
      heapLimit = heapUsedBytes() + limits.heapBytes;
      try {
        return work();
      } finally {
        objectsLeft = Infinity;
        deadline = Infinity;
        heapLimit = Infinity;
      }
    },
  };
  installCounter(access, count, budget);
  return budget;
}

function heapUsedBytes(): number {
  return getHeapStatistics().used_heap_size;
}

// SAFETY: without this hook one hostile program occupies the checker for ever.
function installCounter(access: AllocatorAccess, count: () => void, workBudget: WorkBudget): void {
  const original = access.objectAllocator;
  const types = counted(original.getTypeConstructor(), count);
  const signatures = counted(original.getSignatureConstructor(), count);
  access.setObjectAllocator({
    ...original,
    getTypeConstructor: () => types,
    getSignatureConstructor: () => signatures,
    workBudget,
  });
}

function counted(base: Constructor, count: () => void): Constructor {
  return class extends base {
    constructor(...args: never[]) {
      super(...args);
      count();
    }
  };
}
