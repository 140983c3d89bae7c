"""The objects a program calls tools through: only granted names, nothing to replace, no awaiting by chance."""

import asyncio
import builtins
import collections.abc
import json
import keyword
import re

from . import codec
from .findings import nearest

CODEMODE = {
    "name": "codemode",
    "tools": [
        {"name": "search", "aliases": [], "order": ["query", "options"]},
        {"name": "describe", "aliases": [], "order": ["path"]},
        {"name": "call", "aliases": [], "order": ["path", "input"]},
    ],
    "global": True,
    "member": False,
}


class McpToolError(Exception):
    """A failed call. `code`, `server`, `tool` and `details` come from the reply."""

    code = server = tool = details = None

    __module__ = "__main__"

    @property
    def message(self):
        return str(self)


class ToolCall(collections.abc.Coroutine):
    """A call that was sent. Awaiting it gives the result; it can be a task or gathered as well."""

    __slots__ = ("_future", "_name", "_iterator", "_finish", "__weakref__")

    def __init__(self, future, name, finish=None):
        self._future = future
        self._name = name
        self._iterator = None
        self._finish = finish

    def __await__(self):
        value = yield from self._future
        return value if self._finish is None else self._finish(value)

    def send(self, value):
        if self._iterator is None:
            self._iterator = self.__await__()
        return self._iterator.send(value)

    def throw(self, *error):
        if self._iterator is None:
            self._iterator = self.__await__()
        return self._iterator.throw(*error)

    def close(self):
        if self._iterator is not None:
            self._iterator.close()

    def __repr__(self):
        return f"<call of {self._name}, not awaited>"

    def _refuse(self, *_):
        raise TypeError(f"{self._name}(…) was not awaited: write 'await {self._name}(…)'")

    __getitem__ = __iter__ = __len__ = __contains__ = __bool__ = _refuse

    def __getattr__(self, name):
        if name[:2] == "__":
            raise AttributeError(name)
        self._refuse()


class Calls:
    """Calls in flight: gives each an id, sends it, and settles it when the reply comes."""

    def __init__(self, send, depth):
        self._send = send
        self._depth = depth
        self._pending = {}
        self._last = 0

    def call(self, namespace, tool, args, name, finish=None):
        wires = [
            codec.dumps(codec.encode(arg, self._depth, f"args[{at}]", refuse=True)[0])
            for at, arg in enumerate(args)
        ]
        future = asyncio.get_running_loop().create_future()
        self._last += 1
        head = f'{{"type":"call","id":{self._last},"namespace":{json.dumps(namespace)}'
        self._send(f'{head},"tool":{json.dumps(tool)},"args":[{",".join(wires)}]}}')
        self._pending[self._last] = (future, f"{namespace.removeprefix('@')}.{tool}")
        return ToolCall(future, name, finish)

    def settle(self, text):
        """Takes a reply; answers how many calls are still in flight."""
        reply = json.loads(text)
        future, _ = self._pending.pop(reply["id"], (None, None))
        if future is not None and not future.done():
            if reply["ok"]:
                tagged = '"$type"' in text
                future.set_result(codec.decode(reply["value"]) if tagged else reply["value"])
            else:
                future.set_exception(to_error(reply["error"]))
                future.exception()  # One that is not awaited is told of as a call, not as an error.
        return len(self._pending)

    def pending(self):
        return [name for future, name in self._pending.values()]


_ERRORS = {"TypeError": TypeError, "RangeError": ValueError, "SyntaxError": ValueError}


def to_error(wire):
    """The exception a wire error tells of."""
    properties = codec.decode(wire.get("properties", {}))
    error = _ERRORS.get(wire["name"], McpToolError)(wire["message"])
    if wire["name"] == "TypeError" and properties.get("code") == "NETWORK_DENIED":
        error = PermissionError(wire["message"])
    if wire["name"] == "Error":
        error = RuntimeError(wire["message"])
    for key, value in properties.items():
        if key[:1] != "_":
            setattr(error, key, value)
    return error


def to_snake(name):
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", parted).lower()


def is_legal(name):
    return name.isidentifier() and not keyword.iskeyword(name)


def python_names(tool, taken):
    """Every name a tool has: its own and its aliases, in snake case too, and free of Python's words."""
    names = []
    for name in (tool["name"], *tool["aliases"]):
        for form in (name, to_snake(name)):
            legal = form + "_" if keyword.iskeyword(form) else form
            for one in (form, legal):
                if one not in names and (one == tool["name"] or one not in taken):
                    names.append(one)
    return names


def to_arguments(args, given, name, positional):
    """The arguments of a call: one dict of everything named, or what was given by position."""
    if not given:
        return list(args)
    named = {key[:-1] if key[-1:] == "_" and keyword.iskeyword(key[:-1]) else key: value for key, value in given.items()}
    if len(args) == 1 and isinstance(args[0], dict):
        return [{**args[0], **named}]
    if len(args) > len(positional):
        raise TypeError(f"{name}(…) takes {_by_position(positional)}, the others by keyword")
    return [_without_doubles(dict(zip(positional, args)), named, name)]


def _by_position(positional):
    return f"at most {len(positional)} arguments by position" if positional else "no argument by position"


def _without_doubles(placed, named, name):
    for key in named:
        if key in placed:
            raise TypeError(f"{name}(…) was given '{key}' by position and by keyword")
    return {**placed, **named}


def to_ordered(args, given, name, order):
    """Arguments of what takes no dict of them: other names than its own go into its last one."""
    if not given or len(args) > len(order):
        return list(args)
    own = {key: value for key, value in given.items() if key in order}
    more = {key: value for key, value in given.items() if key not in order}
    values = _without_doubles(dict(zip(order, args)), own, name)
    if more:
        if len(order) == 1 or not isinstance(values.get(order[-1]) or {}, dict):
            raise TypeError(f"{name}(…) takes no argument '{next(iter(more))}'")
        values[order[-1]] = {**(values.get(order[-1]) or {}), **more}
    placed = [values.get(key) for key in order]
    while placed and placed[-1] is None:
        placed.pop()
    return placed


class Namespace:
    """Tools by name, as attributes and as items."""

    __slots__ = ("_path", "_tools", "_shown")

    def __init__(self, path, tools, shown):
        object.__setattr__(self, "_path", path)
        object.__setattr__(self, "_tools", tools)
        object.__setattr__(self, "_shown", shown)

    def __getattr__(self, name):
        tools = object.__getattribute__(self, "_tools")
        if name in tools:
            return tools[name]
        raise AttributeError(_missing(self, name), name=name)

    def __getitem__(self, name):
        try:
            return getattr(self, name)
        except AttributeError as error:
            raise KeyError(str(error)) from None

    def __setattr__(self, name, value):
        raise AttributeError(f"{self._path} cannot be changed")

    def __delattr__(self, name):
        raise AttributeError(f"{self._path} cannot be changed")

    def __contains__(self, name):
        return name in self._tools

    def __iter__(self):
        return iter(self._shown)

    def __len__(self):
        return len(self._shown)

    def __dir__(self):
        return list(self._tools)

    def __repr__(self):
        return f"<{self._path}: {', '.join(self._shown)}>"


def _missing(namespace, name):
    path, tools, shown = (object.__getattribute__(namespace, key) for key in ("_path", "_tools", "_shown"))
    near = nearest(name, list(tools))
    what = "server" if path == "mcp" else "tool"
    if near is not None:
        return f"{path} has no {what} '{name}'. Did you mean '{near}'?"
    for inner in tools.values():
        if isinstance(inner, Namespace) and name in inner:
            return f"{path} has no {what} '{name}'. Did you mean '{inner._path}.{name}'?"
    some = ", ".join(list(shown)[:12]) + (", …" if len(shown) > 12 else "")
    return f"{path} has no {what} '{name}'. It has: {some}" if some else f"{path} has no {what} '{name}'"


def _tool(calls, namespace, path, tool, name):
    full = f"{path}.{name}"
    convert, names = (to_ordered, tool["order"]) if "order" in tool else (to_arguments, tool.get("positional", ()))

    def call(*args, **given):
        return calls.call(namespace, tool["name"], convert(args, given, full, names), full)

    call.__name__ = name
    call.__qualname__ = full
    call.__doc__ = f"A tool. (await codemode.describe('{full}'))['signature'] tells what it takes and gives."
    return call


def create_namespace(namespace, path, calls):
    taken = {tool["name"] for tool in namespace["tools"]}
    tools, shown = {}, []
    for tool in namespace["tools"]:
        names = python_names(tool, taken)
        call = _tool(calls, namespace["name"], path, tool, names[0])
        for name in names:
            tools.setdefault(name, call)
        shown.append(next((name for name in names if is_legal(name)), names[0]))
    return Namespace(path, tools, tuple(shown))


def install(scope, namespaces, calls):
    """Defines `mcp`, each namespace's global and the error of tools in a program's scope."""
    members = {}
    is_taken = any(namespace["name"] == CODEMODE["name"] for namespace in namespaces)
    for namespace in namespaces if is_taken else (*namespaces, CODEMODE):
        name = namespace["name"]
        path = f"mcp.{name}" if namespace["member"] else name
        made = create_namespace(namespace, path, calls)
        legal = name + "_" if keyword.iskeyword(name) else name
        if namespace["member"]:
            members[name] = members[legal] = made
        if namespace["global"] and legal not in dir(builtins):
            scope[legal] = made
    scope["mcp"] = Namespace("mcp", members, tuple(members))
    scope["McpToolError"] = McpToolError
