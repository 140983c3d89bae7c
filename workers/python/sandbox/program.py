"""One program from start to final: what it may see, its run, and its end, told once."""

import asyncio
import inspect
import json
import linecache
import os
import random
import sys
import traceback
import warnings
import weakref

from . import access, codec, console, modules, tools
from .completion import FILE_NAME, MAIN, compile_program
from .findings import Source

MAX_MESSAGE = 16_384
MAX_STACK = 16_384
MAX_PROPERTIES = 64
MAX_CAUSES = 4
MAX_FAILED_TASKS = 4
MAX_PENDING_NOTES = 32
# What is held back so that a program that ran out of memory can be told so.
RESERVE_BYTES = 512 * 1024
NEVER_ENDS = "The program waits for something that nothing will ever settle"


class Run:
    """A program under way."""

    def __init__(self, start, send, end):
        self._start = start
        self._end = end
        self._has_ended = False
        self._failures = []
        self._tasks = weakref.WeakValueDictionary()
        self._reserve = bytearray(RESERVE_BYTES)
        self.calls = tools.Calls(send, start["depth"])
        self._end_lines = console.install(
            lambda level, text: send(
                f'{{"type":"log","level":"{level}","text":{json.dumps(text)}}}'
            )
        )

    def scope(self):
        """The names a program finds."""
        scope = {"__name__": "__main__", "__builtins__": __builtins__, "__file__": FILE_NAME}
        tools.install(scope, self._start["namespaces"], self.calls)
        access.install(scope, self._start.get("access") or {}, self.calls)
        scope["context"] = codec.decode(self._start["context"])
        return scope

    async def main(self):
        try:
            source = self._start["code"]
            linecache.cache[FILE_NAME] = (len(source), None, source.splitlines(True), FILE_NAME)
            value = await compile_program(source).run(_adopt(self.scope()))
            while inspect.isawaitable(value):
                value = await value
            self.complete(value)
        except SystemExit as error:
            self.complete(None) if error.code in (None, 0) else self.fail(error)
        except BaseException as error:
            self.fail(error)

    def complete(self, value):
        wire, notes = codec.encode(value, self._start["depth"])
        self._finish({"type": "final", "ok": True, "value": wire, "notes": [*notes, *self._notes()]})

    def fail(self, error):
        self._reserve = None
        try:
            wire = to_wire_error(error, self._start["depth"], self._start["code"])
        except MemoryError:
            wire = {"name": "MemoryError", "message": "", "stack": ""}
        self._finish({"type": "final", "ok": False, "error": wire})

    def watch(self, loop):
        """Hears of tasks that fail unawaited: of those still there at the end, and of those collected."""
        create_task = loop.create_task

        def create_watched(*args, **options):
            task = create_task(*args, **options)
            self._tasks[id(task)] = task
            return task

        loop.create_task = create_watched
        loop.set_exception_handler(lambda _loop, context: self._take_failure(context.get("exception")))

    def _take_failure(self, error):
        if len(self._failures) < MAX_FAILED_TASKS and error is not None:
            self._failures.append(f"A task nobody awaited failed: {_message_of(error)}")

    def _finish(self, frame):
        if self._has_ended:
            return
        self._end_lines()
        text = codec.dumps(frame)
        self._has_ended = True
        self._end(text)

    def _notes(self):
        for task in list(self._tasks.values()):
            if task.done() and not task.cancelled() and task._log_traceback:
                self._take_failure(task.exception())
        pending = self.calls.pending()[:MAX_PENDING_NOTES]
        unawaited = [f"{name}: not awaited; cancelled when the program ended" for name in pending]
        return [*unawaited, *self._failures]


def _adopt(scope):
    """Makes a scope the one of the module `__main__`, where pickles and annotations look names up."""
    main = sys.modules["__main__"].__dict__
    main.clear()
    main.update(scope)
    return main


def to_wire_error(error, depth, source, causes=0):
    """What leaves of an exception: its data, its place, and the frames of the program."""
    stack, at = _read_stack(error)
    wire = {
        "name": type(error).__name__[:256],
        "message": _message_of(error)[:MAX_MESSAGE],
        "stack": stack[:MAX_STACK],
    }
    if at is not None:
        line, *column = at
        wire["place"] = {"line": line, "column": Source(source).column(line, *column)}
    if error.__cause__ is not None and causes < MAX_CAUSES:
        wire["cause"] = to_wire_error(error.__cause__, depth, source, causes + 1)
    properties = _encode_properties(error, depth)
    return {**wire, "properties": properties} if properties else wire


def _message_of(error):
    try:
        if isinstance(error, SyntaxError) and error.filename == FILE_NAME:
            return f"{error.msg} ({FILE_NAME}, line {error.lineno})"
        if isinstance(error, ModuleNotFoundError) and error.name:
            return _absent(error.name)
        return str(error)
    except Exception:
        return "The exception cannot be read"


def _absent(name):
    if name.partition(".")[0] in vars(sys.modules["__main__"]):
        return f"No module named '{name}': it is there already, remove the import"
    return f"No module named '{name}': {modules.absent(name)}"


def _encode_properties(error, depth):
    properties = {}
    for key, value in list(vars(error).items())[:MAX_PROPERTIES]:
        if type(key) is not str or key[:1] == "_" or key in ("name", "message", "stack", "cause"):
            continue
        try:
            properties[key] = codec.encode(value, depth)[0]
        except Exception:
            pass  # What cannot be encoded is not told.
    return properties


def _read_stack(error):
    """The traceback as text, and where it ends: line, column, and whether that counts bytes."""
    try:
        printed = traceback.TracebackException.from_exception(error)
        frames = [frame for frame in printed.stack if frame.filename == FILE_NAME]
        for frame in frames:
            frame.name = "<module>" if frame.name == MAIN else frame.name
        printed.stack = traceback.StackSummary.from_list(frames[-50:])
        return "".join(printed.format(chain=False)).rstrip("\n"), _place_of(error, frames)
    except Exception:
        return "", None


def _place_of(error, frames):
    if frames:
        last = frames[-1]
        return None if last.lineno is None or last.colno is None else (last.lineno, last.colno, True)
    if isinstance(error, SyntaxError) and error.filename == FILE_NAME and error.lineno and error.offset:
        return error.lineno, max(error.offset - 1, 0), False
    return None


def _no_loop(*_args, **_options):
    raise RuntimeError("asyncio.run() cannot be called in a function: the loop runs already; await instead")


def prepare():
    """What every program needs, done before any is known: the snapshot is taken after it."""
    import base64, bisect, calendar, collections, contextlib, copy, csv, dataclasses, datetime  # noqa
    import decimal, enum, fractions, functools, hashlib, heapq, html, io, itertools, logging  # noqa
    import math, operator, pathlib, pickle, pprint, re, secrets, statistics, string, textwrap  # noqa
    import time, typing, unicodedata, urllib.parse, uuid, zlib  # noqa

    modules.refuse_sockets()
    compile_program("def f():\n  return 1\nf()\nreturn f()")
    compile_program("import asyncio\nawait asyncio.sleep(0)")
    _read_stack(ValueError("x"))


def close_doors():
    """Takes away the ways from Python to JavaScript that have a name."""
    from _pyodide._importhook import jsfinder

    jsfinder.jsproxies.clear()
    for name in [name for name in sys.modules if name.partition(".")[0] in ("js", "pyodide_js")]:
        del sys.modules[name]
    asyncio.run = _no_loop


def start(text, send, end):
    """Starts the program of a start frame; answers what takes replies and what is told of idleness."""
    frame = json.loads(text)
    # A snapshot is the same for every program: chance must not be.
    random.seed(int.from_bytes(os.urandom(32)))
    close_doors()
    warnings.resetwarnings()
    warnings.simplefilter("default")
    run = Run(frame, send, end)
    loop = asyncio.get_event_loop()
    task = loop.create_task(run.main())
    run.watch(loop)
    return [run.calls.settle, lambda: task and run.fail(RuntimeError(NEVER_ENDS))]
