/** A queue in which principals take turns: within one the first comes first, between them in a ring. */

/** What waits: who for, and whether it could begin. */
export interface Waiting {
  readonly principal: string;
  /** False while it is not ready to take its turn, which then goes to the next one. */
  readonly isReady: boolean;
}

/** Items by principal. Memory is bounded by the items in it. */
export class FairQueue<Item extends Waiting> {
  /** The principal whose turn is next comes first. */
  readonly #ring = new Map<string, Item[]>();
  #size = 0;

  /** Items in it. */
  get size(): number {
    return this.#size;
  }

  /** Items that `count`. */
  sizeOf(counts: (item: Item) => boolean): number {
    let size = 0;
    for (const line of this.#ring.values()) size += line.filter(counts).length;
    return size;
  }

  /** Items of one principal that count. */
  count(principal: string, counts: (item: Item) => boolean = () => true): number {
    return this.#ring.get(principal)?.filter(counts).length ?? 0;
  }

  add(item: Item): void {
    const line = this.#ring.get(item.principal);
    if (line === undefined) this.#ring.set(item.principal, [item]);
    else line.push(item);
    this.#size += 1;
  }

  /** Takes an item out; false when it was not in. */
  remove(item: Item): boolean {
    const line = this.#ring.get(item.principal);
    const at = line?.indexOf(item) ?? -1;
    if (line === undefined || at < 0) return false;
    line.splice(at, 1);
    if (line.length === 0) this.#ring.delete(item.principal);
    this.#size -= 1;
    return true;
  }

  /** Takes out whose turn it is among the principals that `mayRun`; its principal goes last then. */
  next(mayRun: (principal: string) => boolean): Item | undefined {
    for (const [principal, line] of this.#ring) {
      const item = mayRun(principal) ? line.find(({ isReady }) => isReady) : undefined;
      if (item === undefined) continue;
      this.remove(item);
      if (line.length > 0) {
        this.#ring.delete(principal);
        this.#ring.set(principal, line);
      }
      return item;
    }
    return undefined;
  }

  /** The newest item of the principal that has most, of those that count. */
  newestOfLongest(counts: (item: Item) => boolean = () => true): Item | undefined {
    let longest: Item[] = [];
    for (const line of this.#ring.values()) {
      const counted = line.filter(counts);
      if (counted.length > longest.length) longest = counted;
    }
    return longest.at(-1);
  }

  /** Items whose turn comes before this one's if nothing else happens; undefined when it is not in. */
  position(item: Item): number | undefined {
    const own = this.#ring.get(item.principal)?.indexOf(item) ?? -1;
    return own < 0 ? undefined : this.#ahead(item.principal, own);
  }

  /** Items whose turn would come before that of one the principal adds now. */
  positionOfNext(principal: string): number {
    return this.#ahead(principal, this.count(principal));
  }

  #ahead(of: string, own: number): number {
    let ahead = own;
    let isBefore = true;
    for (const [principal, line] of this.#ring) {
      if (principal === of) isBefore = false;
      else ahead += Math.min(line.length, isBefore ? own + 1 : own);
    }
    return ahead;
  }
}
