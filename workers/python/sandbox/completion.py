"""A program's text -> code that can be run: its last expression is its value, `return` and `await` stand anywhere."""

import ast
import inspect
import symtable

FILE_NAME = "guest.py"
VALUE = "__value__"
MAIN = "__program__"
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class Program:
    """Code, and how it is run."""

    def __init__(self, code, is_function):
        self._code = code
        self._is_function = is_function

    async def run(self, scope):
        scope[VALUE] = None
        started = eval(self._code, scope)
        if inspect.iscoroutine(started):
            await started
        return await scope.pop(MAIN)() if self._is_function else scope.get(VALUE)


def compile_program(source):
    """Raises SyntaxError with the place in the submitted text."""
    tree = parse(source)
    _Runs().visit_body(tree.body)
    _complete(tree.body)
    is_function = _returns(tree)
    if is_function:
        _wrap(tree)
    ast.fix_missing_locations(tree)
    code = compile(tree, FILE_NAME, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
    return Program(code, is_function)


def parse(source):
    """The tree of a program; one that is indented as a whole is taken for what it means."""
    try:
        return ast.parse(source, FILE_NAME)
    except IndentationError:
        shifted = dedented(source)
        if shifted == source:
            raise
    try:
        tree = ast.increment_lineno(ast.parse(shifted, FILE_NAME), -1)
    except SyntaxError as error:
        error.lineno -= 1
        error.end_lineno = error.end_lineno and error.end_lineno - 1
        raise
    tree.body = tree.body[0].body
    return tree


def dedented(source):
    """The program inside a block of one line more where its first line is indented."""
    first = next((line for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    return f"if True:\n{source}" if first[:1] in (" ", "\t") else source


def top_level(tree):
    """Every node of a tree outside functions and classes in it."""
    pending = list(ast.iter_child_nodes(tree))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _SCOPES):
            pending.extend(ast.iter_child_nodes(node))


def _returns(tree):
    return any(isinstance(node, ast.Return) for node in top_level(tree))


class _Runs(ast.NodeTransformer):
    """`asyncio.run(main())` outside functions is `await main()`: the loop runs already."""

    def visit_body(self, body):
        body[:] = [self.visit(statement) for statement in body]

    def visit_Call(self, node):
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Attribute(ast.Name("asyncio"), "run"), [main, *_]):
                return ast.copy_location(ast.Await(main), node)
        return node

    def visit_FunctionDef(self, node):
        return node

    visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = visit_FunctionDef
    visit_GeneratorExp = visit_FunctionDef


def _complete(body):
    """Keeps the value of the last expression, in whichever branch it stands."""
    if not body:
        return
    last = body[-1]
    match last:
        case ast.Expr(value):
            body[-1] = ast.copy_location(ast.Assign([ast.Name(VALUE, ast.Store())], value), last)
            ast.fix_missing_locations(body[-1])
        case ast.If(_, inner, orelse):
            _complete(inner)
            _complete(orelse)
        case ast.With(_, inner) | ast.AsyncWith(_, inner):
            _complete(inner)
        case ast.Try(inner, handlers, orelse) | ast.TryStar(inner, handlers, orelse):
            _complete(orelse or inner)
            for handler in handlers:
                _complete(handler.body)


def _wrap(tree):
    """Puts the program into a function, for its `return`; its names stay those of the module."""
    starred = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    stars = [node for node in starred if any(alias.name == "*" for alias in node.names)]
    rest = [_plain(node) for node in tree.body if node not in stars]
    final = ast.Return(ast.Name(VALUE, ast.Load()))
    main = ast.AsyncFunctionDef(MAIN, _NO_ARGUMENTS, [*rest, final], [], type_params=[])
    main.lineno, main.col_offset = 1, 0
    tree.body = [*stars, main]
    names = sorted(
        symbol.get_name() for symbol in table_of(tree, main).get_symbols() if symbol.is_local() and _is_made(symbol)
    )
    if names:
        main.body.insert(0, ast.Global(names))


_NO_ARGUMENTS = ast.arguments([], [], None, [], [], None, [])


def _plain(statement):
    """An annotated name cannot be global, so annotations of the program's own names go."""
    match statement:
        case ast.AnnAssign(ast.Name() as target, _, None):
            return ast.copy_location(ast.Pass(), target)
        case ast.AnnAssign(ast.Name() as target, _, value):
            return ast.copy_location(ast.Assign([target], value), statement)
    return statement


def _is_made(symbol):
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()


def table_of(tree, main=None):
    """The names of a program, as those of a function that holds it: only there may `await` stand."""
    if main is None:
        main = ast.AsyncFunctionDef(MAIN, _NO_ARGUMENTS, [_plain(node) for node in tree.body] or [ast.Pass()], [], type_params=[])
        tree = ast.Module([main], [])
    source = ast.unparse(ast.fix_missing_locations(tree))
    table = symtable.symtable(source, FILE_NAME, "exec")
    [found] = [child for child in table.get_children() if child.get_name() == MAIN]
    return found
