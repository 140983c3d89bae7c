/**
 * What stands before every program in the light engine, in Python: calls that can be awaited, and
 * built-ins that count and print as CPython does. `__lacks` never comes back. A function is known to the
 * engine only below its own text, so each calls itself and those above it.
 */

/** The text, whole lines of it. */
export const PRELUDE = `import json as __json
async def __tool(id):
  return __wait(id)
def __number(x):
  if x != x or x in (1e999, -1e999):
    return __lacks('text of such numbers')
  return __json.dumps(x)
def __text(x, isInside):
  if isinstance(x, str):
    if not isInside:
      return x
    if __json.dumps(x) != '"' + x + '"' or "'" in x:
      return __lacks('text of such values')
    return "'" + x + "'"
  if isinstance(x, float):
    return __number(x)
  if x is None or isinstance(x, (bool, int)):
    return str(x)
  if isinstance(x, list):
    return '[' + ', '.join([__text(i, True) for i in x]) + ']'
  if isinstance(x, dict):
    return '{' + ', '.join([__text(k, True) + ': ' + __text(v, True) for k, v in x.items()]) + '}'
  if isinstance(x, tuple):
    return '(' + ', '.join([__text(i, True) for i in x]) + (',)' if len(x) == 1 else ')')
  return __lacks('text of such values')
def __str(x=''):
  return __text(x, False)
def __typed(x):
  if isinstance(x, bool) or not isinstance(x, (int, float, str)):
    return __lacks('a format for such values')
  return x
def __untyped(x):
  if isinstance(x, float):
    return __lacks('a format for such values')
  return __typed(x)
def __ordered(a, b):
  if isinstance(a, (int, float)) and isinstance(b, (int, float)):
    return True
  if isinstance(a, str) and isinstance(b, str):
    return True
  return __lacks('an order of such values')
def __lt(a, b):
  return __ordered(a, b) and a < b
def __le(a, b):
  return __ordered(a, b) and a <= b
def __gt(a, b):
  return __ordered(a, b) and a > b
def __ge(a, b):
  return __ordered(a, b) and a >= b
def __print(*values, sep=' ', end='\\n'):
  print((' ' if sep is None else sep).join([__str(value) for value in values]) + ('\\n' if end is None else end), end='')
def __sum(values, start=0):
  total = start
  rest = 0.0
  isFloat = isinstance(start, float)
  for value in values:
    if isinstance(value, bool):
      value = 1 if value else 0
    if isFloat and isinstance(value, (int, float)):
      value = float(value)
      after = total + value
      if abs(total) >= abs(value):
        rest = rest + ((total - after) + value)
      else:
        rest = rest + ((value - after) + total)
      total = after
    elif isinstance(value, float) and isinstance(total, int):
      total = total + value
      isFloat = True
    elif isFloat:
      return __lacks('such sums')
    else:
      total = total + value
  return total + rest if isFloat and rest != 0 and rest - rest == 0 else total
def __div(a, b):
  if isinstance(a, (int, float)) and isinstance(b, (int, float)):
    if (isinstance(a, float) or abs(a) <= 9007199254740992) and (isinstance(b, float) or abs(b) <= 9007199254740992):
      return a / b
  return __lacks('such divisions')
def __mod(a, b):
  if isinstance(a, int) and isinstance(b, int):
    return a % b
  if isinstance(a, (int, float)) and isinstance(b, (int, float)) and a > 0 and b > 0:
    return a % b
  return __lacks('such remainders')
def __divmod(a, b):
  if isinstance(a, int) and isinstance(b, int):
    return divmod(a, b)
  return __lacks('such remainders')
def __chr(x):
  if isinstance(x, int) and 32 <= x and x < 127:
    return chr(x)
  return __lacks('such characters')
def __loads(x):
  if isinstance(x, str) and '\\\\u' not in x:
    return __json.loads(x)
  return __lacks('such JSON')
def __round(x, digits=None):
  if isinstance(x, bool):
    return __lacks('such rounding')
  if isinstance(x, float) and abs(x) < 1e15:
    if digits is None:
      return round(x)
    if digits == 0:
      return float(f'{x:.0f}')
    if digits == 1:
      return float(f'{x:.1f}')
    if digits == 2:
      return float(f'{x:.2f}')
    if digits == 3:
      return float(f'{x:.3f}')
    if digits == 4:
      return float(f'{x:.4f}')
  if isinstance(x, int) and (digits is None or digits >= 0):
    return x
  return __lacks('such rounding')
def __int(x=0, base=None):
  if base is None and isinstance(x, float) and abs(x) < 1e15:
    return int(x)
  if base is None and isinstance(x, (int, str)):
    return int(x)
  return __lacks('such numbers')
`;

/** Lines of it. */
export const PRELUDE_LINES: number = PRELUDE.split("\n").length - 1;
