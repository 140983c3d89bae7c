/** Does what takes a process each two at a time: one starts while another one works. */

/** What each task came to, in the order of the tasks. The first failure is the failure of all. */
export async function twoAtOnce<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const waiting = [...tasks.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results[next[0]] = await next[1]();
    }
  };
  await Promise.all([work(), work()]);
  return results;
}
