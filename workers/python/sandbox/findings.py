"""Places of a program's text, as offsets that JavaScript counts in, and what was found there."""

import difflib
import re

MAX_COMPARED = 1000
_LINE_END = re.compile(r"\r\n|\r|\n")


class Source:
    """Text whose places are known by line and by column, in bytes or in characters."""

    def __init__(self, text):
        self.text = text
        self.lines, self._starts, self.findings = [], [], []
        at = units = 0
        for end in [*_LINE_END.finditer(text), None]:
            stop, following = end.span() if end else (len(text), len(text))
            self.lines.append(text[at:stop])
            self._starts.append(units)
            units += _units(text[at:following])
            at = following

    def offset(self, line, column, in_bytes=True):
        """UTF-16 units from the beginning; `line` counts from 1, `column` from 0."""
        at = min(max(line, 1), len(self.lines)) - 1
        text = self.lines[at]
        before = text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore") if in_bytes else text[:column]
        return self._starts[at] + _units(before)

    def column(self, line, column, in_bytes=True):
        """The column of a place, counted from 1 as editors do."""
        return self.offset(line, column, in_bytes) - self.offset(line, 0) + 1

    def span(self, node):
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno, node.end_col_offset),
        )

    def add(self, span, code, message, severity="error", suggestion=None):
        start, end = span
        finding = {"start": start, "end": end, "code": code, "message": message, "severity": severity}
        if suggestion is not None:
            finding["suggestion"] = suggestion
        if finding not in self.findings:
            self.findings.append(finding)


def _units(text):
    return len(text) + sum(char > "\uffff" for char in text)


def nearest(name, names):
    """The name that was probably meant, or None: another word in the place of one means something else."""
    near = [one for one in names if one != name and abs(len(one) - len(name)) <= 3][:MAX_COMPARED]
    found = difflib.get_close_matches(name, [one for one in near if _is_slip(name, one)], 1, 0.6)
    return found[0] if found else None


def _is_slip(name, other):
    left, right = name.lower().split("_"), other.lower().split("_")
    for word in [*left]:
        if word in right:
            left.remove(word)
            right.remove(word)
    wrong, meant = "".join(left), "".join(right)
    if not wrong or not meant:
        return True
    return wrong[0] == meant[0] and difflib.SequenceMatcher(None, wrong, meant).ratio() >= 0.75


def did_you_mean(name, names):
    near = nearest(name, names)
    return None if near is None else f"Did you mean '{near}'?"
