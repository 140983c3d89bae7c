import assert from "node:assert/strict";
import { createLogger, type LogEntry } from "../../../src/base/log.ts";
import {
  IDLE_MS,
  KEEP_MS,
  OwnSessions,
  REMEMBER_MS,
  REST_AFTER_FAILURE_MS,
} from "../../../src/mcp/own_sessions.ts";
import type { Stay } from "../../../src/mcp/own_call.ts";
import type { Owner } from "../../../src/mcp/seated_calls.ts";
import { FakeClock } from "../../harness/fake_clock.ts";
import { settle } from "../../harness/settle.ts";

const { signal } = new AbortController();

/** A session as far as it matters here. */
class Room {
  readonly #lost = Promise.withResolvers<string>();
  readonly lost = this.#lost.promise;
  isClean = true;
  isClosed = false;
  ending = Promise.resolve();

  constructor(readonly number: number) {}

  close(): Promise<void> {
    this.isClosed = true;
    this.#lost.resolve("closed");
    return this.ending;
  }

  end(): void {
    this.#lost.resolve("it ended");
  }
}

/** A call that somebody can be asked for. */
function callOf(owner: Owner, principal = "p") {
  return { owner, principal, canBeAsked: true, over: signal };
}

/** Further sessions, `forQuestions` and one more, of which the `failing` ones cannot be opened. */
function sessionsOf(
  forQuestions: number,
  { tellsCallersApart = false, failing = [] as number[] } = {},
) {
  const clock = new FakeClock();
  const rooms: Room[] = [];
  const log: LogEntry[] = [];
  let attempts = 0;
  let gate: Promise<void> | undefined;
  const tasks = new Set<Promise<void>>();
  const own = new OwnSessions<Room>({
    clock,
    logger: createLogger([{ write: (entry) => void log.push(entry) }], "info"),
    limit: forQuestions + 1,
    tellsCallersApart,
    open: async () => {
      attempts += 1;
      const attempt = attempts;
      await gate;
      if (failing.includes(attempt)) throw new Error("no more processes");
      const room = new Room(rooms.length + 1);
      rooms.push(room);
      return room;
    },
    background: (task) => void tasks.add(task),
  });
  /** A call that waits; `room` is the number of the session it got. */
  const need = (
    owner: Owner,
    principal = "p",
    { isWanted = (): boolean => true, over = signal, canBeAsked = true } = {},
  ) => {
    const got: { room?: number; stay?: Stay<Room> } = {};
    const waiting = own.need({
      call: { owner, principal, canBeAsked, over },
      isWanted,
      onGranted: (stay) => {
        got.stay = stay;
        got.room = stay.session.number;
      },
    });
    return {
      got,
      leave: () => got.stay?.[Symbol.dispose](),
      giveUp: () => waiting[Symbol.dispose](),
    };
  };
  /** One that waits and that nobody can be asked for. */
  const mute = (owner: Owner, principal = "p", over = signal) =>
    need(owner, principal, { over, canBeAsked: false });
  const hold = (until: Promise<void>) => gate = until;
  const open = () => rooms.filter(({ isClosed }) => !isClosed).map(({ number }) => number);
  return { own, clock, rooms, log, need, mute, hold, open, attempts: () => attempts, tasks };
}

Deno.test("an execution stays in its session until it had no call for a while, then another has it", async () => {
  const { own, clock, need, open } = sessionsOf(1);
  const call = callOf("x");
  assert.equal(own.enter(call), undefined);
  const first = need("x");
  await settle();
  assert.equal(first.got.room, 1);
  const second = own.enter(call);
  assert.equal(second?.session.number, 1);
  first.leave();
  const other = need("y");
  clock.advance(KEEP_MS);
  assert.equal(other.got.room, undefined, "a call goes on");
  second[Symbol.dispose]();
  second[Symbol.dispose]();
  clock.advance(KEEP_MS - 1);
  own.enter(call)?.[Symbol.dispose]();
  clock.advance(KEEP_MS - 1);
  assert.equal(other.got.room, undefined, "it may come again");
  clock.advance(1);
  assert.equal(other.got.room, 1);
  assert.equal(own.enter(call), undefined, "it is another one's");
  other.leave();
  clock.advance(KEEP_MS + IDLE_MS - 1);
  assert.deepEqual(open(), [1]);
  clock.advance(1);
  assert.deepEqual([open(), clock.pending], [[], 0]);
});

Deno.test("what nobody has yet is its former owner's again", async () => {
  const { own, clock, need } = sessionsOf(1);
  const first = need("x");
  await settle();
  first.leave();
  clock.advance(KEEP_MS + IDLE_MS - 1);
  const again = own.enter(callOf("x"));
  assert.equal(again?.session.number, 1);
  clock.advance(IDLE_MS);
  assert.equal(again.session.isClosed, false);
});

Deno.test("who makes no more calls leaves at once: an execution that was cancelled or has ended, a call of none", async () => {
  const { need, clock } = sessionsOf(1);
  const cancelling = new AbortController();
  const first = need("x", "p", { over: cancelling.signal });
  const second = need({});
  await settle();
  cancelling.abort();
  first.leave();
  assert.equal(second.got.room, 1);
  const ending = new AbortController();
  const third = need("z", "p", { over: ending.signal });
  second.leave();
  assert.equal(third.got.room, 1);
  third.leave();
  const fourth = need({});
  assert.equal(fourth.got.room, undefined);
  ending.abort();
  assert.equal(fourth.got.room, 1);
  assert.equal(clock.pending, 0);
});

Deno.test("a session in which something may still be asked for one is closed, never another's", async () => {
  const { rooms, need, open } = sessionsOf(1);
  const cancelling = new AbortController();
  const first = need("x", "p", { over: cancelling.signal });
  await settle();
  const second = need("y");
  rooms[0]!.isClean = false;
  cancelling.abort();
  first.leave();
  await settle();
  assert.deepEqual([first.got.room, second.got.room, open()], [1, 2, [2]]);
});

Deno.test("who leaves sessions behind that must be closed has twice its share of them in a while", async () => {
  const { clock, rooms, mute, attempts, own } = sessionsOf(1, { tellsCallersApart: true });
  const waste = async () => {
    const one = mute({}, "mallory");
    await settle();
    if (one.got.stay) one.got.stay.session.isClean = false;
    one.leave();
    one.giveUp();
    return one.got.room;
  };
  assert.deepEqual([await waste(), await waste(), await waste()], [1, 2, undefined]);
  const waiting = mute({}, "mallory");
  const bob = mute({}, "bob");
  await settle();
  assert.deepEqual([waiting.got.room, bob.got.room], [undefined, 3]);
  clock.advance(REMEMBER_MS - 1);
  await settle();
  assert.equal(attempts(), 3);
  clock.advance(1);
  await settle();
  assert.deepEqual([waiting.got.room, rooms.length], [4, 4]);
  rooms[3]!.isClean = false;
  waiting.leave();
  bob.leave();
  own.close();
  assert.equal(clock.pending, 0);
});

Deno.test("one that is being closed still takes its place", async () => {
  const { rooms, need, attempts } = sessionsOf(1);
  const first = need({});
  await settle();
  const ending = Promise.withResolvers<void>();
  Object.assign(rooms[0]!, { isClean: false, ending: ending.promise });
  const second = need({});
  first.leave();
  await settle();
  assert.deepEqual([rooms[0]!.isClosed, attempts()], [true, 1]);
  ending.resolve();
  await settle();
  assert.deepEqual([second.got.room, attempts()], [2, 2]);
});

Deno.test("calls of one execution that need one at once have one, those of several one each", async () => {
  const { need, attempts } = sessionsOf(5);
  const calls = [need("x"), need("x"), need("y"), need("x")];
  await settle();
  assert.deepEqual(calls.map(({ got }) => got.room), [1, 1, 2, 1]);
  assert.equal(attempts(), 2);
});

Deno.test("more than the limit wait; principals have a share and take turns", async () => {
  const { need, attempts } = sessionsOf(3, { tellsCallersApart: true });
  const ann = [need({}, "ann"), need({}, "ann"), need({}, "ann"), need({}, "ann")];
  await settle();
  assert.equal(attempts(), 2, "the third is for somebody else");
  const bob = [need({}, "bob"), need({}, "bob")];
  const eve = need({}, "eve");
  await settle();
  const rooms = () => [...ann, ...bob, eve].map(({ got }) => got.room ?? 0);
  assert.deepEqual(rooms(), [1, 2, 0, 0, 3, 0, 0]);
  ann[0]!.leave();
  assert.deepEqual(rooms(), [1, 2, 1, 0, 3, 0, 0]);
  ann[2]!.leave();
  assert.deepEqual(rooms(), [1, 2, 1, 0, 3, 0, 1]);
  bob[1]!.giveUp();
  eve.leave();
  assert.deepEqual(rooms(), [1, 2, 1, 1, 3, 0, 1]);
  assert.equal(attempts(), 3);
});

Deno.test("whose share is full does not get its former session back beside it", async () => {
  const { own, need, clock } = sessionsOf(2, { tellsCallersApart: true });
  const first = need("x", "ann");
  await settle();
  first.leave();
  clock.advance(KEEP_MS);
  const second = need("y", "bob");
  const third = need("z", "ann");
  await settle();
  assert.deepEqual([second.got.room, third.got.room], [1, 2]);
  second.leave();
  clock.advance(KEEP_MS);
  assert.equal(own.enter(callOf("y", "ann")), undefined);
});

Deno.test("what becomes wanted while it waits is looked at again; nothing is opened for the rest", async () => {
  const { own, need, attempts } = sessionsOf(1);
  let isWanted = false;
  const one = need("x", "p", { isWanted: () => isWanted });
  own.look();
  await settle();
  assert.equal(attempts(), 0);
  isWanted = true;
  own.look();
  await settle();
  assert.equal(one.got.room, 1);
});

Deno.test("what is no longer needed once it is open is there for the next, for a while", async () => {
  const { clock, need, open, hold } = sessionsOf(2);
  const opening = Promise.withResolvers<void>();
  hold(opening.promise);
  const impatient = need("x");
  impatient.giveUp();
  opening.resolve();
  await settle();
  assert.deepEqual([impatient.got.room, open()], [undefined, [1]]);
  const next = need("y");
  assert.equal(next.got.room, 1);
  next.leave();
  clock.advance(KEEP_MS + IDLE_MS);
  assert.deepEqual(open(), []);
});

Deno.test("after one that could not be opened none is for a while; who waits then is served", async () => {
  const { clock, need, attempts, log } = sessionsOf(2, { failing: [1] });
  const one = need("x");
  await settle();
  assert.deepEqual(log.map(({ message, fields }) => [message, fields["reason"]]), [
    ["MCP server cannot be given a further session", "no more processes"],
  ]);
  need("y");
  clock.advance(REST_AFTER_FAILURE_MS - 1);
  await settle();
  assert.deepEqual([attempts(), one.got.room], [1, undefined]);
  clock.advance(1);
  await settle();
  assert.deepEqual([attempts(), one.got.room], [3, 1]);
});

Deno.test("a session that is lost is nobody's; its execution gets another when it needs one", async () => {
  const { own, rooms, need, open } = sessionsOf(1);
  const one = need("x");
  await settle();
  rooms[0]!.end();
  await settle();
  assert.deepEqual([own.enter(callOf("x")), open()], [
    undefined,
    [],
  ]);
  one.leave();
  const two = need("x");
  await settle();
  assert.equal(two.got.room, 2);
  own.drop(rooms[1]!);
  assert.deepEqual([own.enter(callOf("x")), open()], [
    undefined,
    [],
  ]);
});

Deno.test("when the server has changed, idle sessions end at once and the others with their use", async () => {
  const { own, need, open, hold } = sessionsOf(3);
  const used = need({});
  const idle = need({});
  await settle();
  idle.leave();
  const opening = Promise.withResolvers<void>();
  hold(opening.promise);
  own.retire();
  assert.deepEqual(open(), [1]);
  const late = need("y");
  own.retire();
  opening.resolve();
  await settle();
  assert.equal(late.got.room, 4, "the third was of the old kind");
  assert.deepEqual(open(), [1, 4]);
  used.leave();
  assert.deepEqual(open(), [4]);
});

Deno.test("closed, it ends all of them, also one that opens then, and opens no more", async () => {
  const { own, clock, need, open, hold, rooms, attempts } = sessionsOf(3);
  need("x");
  const idle = need({});
  await settle();
  idle.leave();
  const opening = Promise.withResolvers<void>();
  hold(opening.promise);
  need("y");
  need("z");
  own.close();
  opening.resolve();
  await settle();
  need("w");
  await settle();
  assert.deepEqual([open(), rooms.length, attempts(), clock.pending], [[], 3, 3, 0]);
});

Deno.test("none at all where there is only the session that all share", async () => {
  const { need, mute, attempts } = sessionsOf(-1);
  const both = [need("x"), mute("y")];
  await settle();
  assert.deepEqual([attempts(), both.map(({ got }) => got.room)], [0, [undefined, undefined]]);
});

Deno.test("questions never hold the last one, which is for those that nobody can be asked for", async () => {
  const { need, mute, attempts } = sessionsOf(2);
  const asked = [need("a"), need("b"), need("c")];
  await settle();
  const rooms = (all: typeof asked) => all.map(({ got }) => got.room ?? 0);
  assert.deepEqual([rooms(asked), attempts()], [[1, 2, 0], 2]);
  const mutes = [mute("x"), mute({}), mute("y")];
  await settle();
  assert.deepEqual(rooms(mutes), [3, 0, 0]);
  mutes[0]!.leave();
  assert.deepEqual(rooms(mutes), [3, 3, 0], "at once, in turn");
  mutes[1]!.leave();
  assert.deepEqual(rooms(mutes), [3, 3, 3]);
  mutes[2]!.leave();
  assert.deepEqual([rooms(asked), attempts()], [[1, 2, 0], 3]);
  const late = mute("z");
  assert.equal(late.got.room, 3, "nothing of the one before goes on there");
});

Deno.test("with a single one nobody who can be asked has it", async () => {
  const { need, mute, own } = sessionsOf(0);
  const asked = need("a");
  await settle();
  assert.equal(own.enter(callOf("a")), undefined);
  const other = mute("x");
  await settle();
  assert.deepEqual([asked.got.room, other.got.room], [undefined, 1]);
});

Deno.test("who can ask nobody has any that is free; then who can waits for it", async () => {
  const { need, mute, attempts } = sessionsOf(1);
  const mutes = [mute("x"), mute("y")];
  await settle();
  const asked = [need("a"), need("b")];
  assert.deepEqual([mutes[0]!.got.room, mutes[1]!.got.room], [1, 2]);
  mutes[1]!.leave();
  assert.deepEqual(asked.map(({ got }) => got.room), [2, undefined]);
  mutes[0]!.leave();
  await settle();
  assert.deepEqual([asked[1]!.got.room, attempts()], [undefined, 2]);
});

Deno.test("open questions of a principal do not take from it what they cannot hold; others take turns", async () => {
  const { need, mute } = sessionsOf(1, { tellsCallersApart: true });
  const asked = need("a", "ann");
  await settle();
  const ann = [mute("x", "ann"), mute("y", "ann")];
  const bob = mute("z", "bob");
  await settle();
  const rooms = () => [asked, ...ann, bob].map(({ got }) => got.room ?? 0);
  assert.deepEqual(rooms(), [1, 2, 0, 0]);
  ann[0]!.leave();
  assert.deepEqual(rooms(), [1, 2, 0, 2], "it was ann's turn before");
  bob.leave();
  assert.deepEqual(rooms(), [1, 2, 2, 2]);
});

Deno.test("who can ask nobody keeps its session while nobody waits for it, or another can be opened", async () => {
  const { own, clock, rooms, mute, open } = sessionsOf(1);
  const first = mute("x");
  await settle();
  first.leave();
  const second = mute("y");
  await settle();
  assert.equal(second.got.room, 2);
  const again = own.enter({ ...callOf("x"), canBeAsked: false });
  assert.equal(again?.session.number, 1);
  rooms[0]!.isClean = false;
  again[Symbol.dispose]();
  const third = mute("z");
  await settle();
  assert.deepEqual([third.got.room, open()], [undefined, [1, 2]], "it is not for others");
  clock.advance(KEEP_MS);
  await settle();
  assert.deepEqual([third.got.room, open()], [3, [2, 3]]);
});

Deno.test("what may be asked has a session to itself, however many wait", async () => {
  const { clock, need, mute } = sessionsOf(1);
  const asked = need("a");
  await settle();
  asked.leave();
  const mutes = [mute("x"), mute("y")];
  await settle();
  assert.deepEqual(mutes.map(({ got }) => got.room), [2, undefined]);
  clock.advance(KEEP_MS);
  assert.equal(mutes[1]!.got.room, 1);
});

Deno.test("one that is being closed is none of those that are left", async () => {
  const { rooms, need, mute, attempts } = sessionsOf(1);
  const first = need({});
  await settle();
  const ending = Promise.withResolvers<void>();
  Object.assign(rooms[0]!, { isClean: false, ending: ending.promise });
  first.leave();
  need({});
  await settle();
  assert.equal(attempts(), 1);
  const other = mute({});
  await settle();
  assert.equal(other.got.room, 2);
  ending.resolve();
});
