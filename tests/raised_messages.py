"""Every error message of the package, read from its source: ``error_messages.md``.

To write the table again after a message was changed, run ``python -m tests.raised_messages``.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.source_texts import Source, Texts, last_name

PACKAGE = Path(__file__).parents[1] / "anaplan_frames"
TABLE = Path(__file__).with_name("error_messages.md")
_HEAD = """\
# Error messages

Every error and warning that the package words itself, by file. `{name}` is a value that is put
in. *What to do* is the part of the message that says it, or that shows what would be right; a
reason is a part of another message, which says it. `python -m tests.raised_messages` writes this
file again.
"""
# What the sandbox answers has Anaplan's wording; what its builder refuses has ours.
_ANSWERS = (
    "sandbox/routes",
    "sandbox/http",
    "sandbox/console",
    "sandbox/tenant",
    "sandbox/planning/time/model_timing.py",
)
_ANSWERED = {"ApiError", "Refused", "BadPage", "RefusedCells", "ParameterError", "ImportFailure"}
_BUILT_IN = {
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception)
}
_OF_OTHERS = {"UsageError", "BadParameter", "ClickException"}
_MAKERS = {"encoding_error": "EncodingError", "warn": "AnaplanWarning"}
# Errors that are caught, and whose text becomes a part of another message.
_REASONS = {
    *("AnswerLost", "BadRow", "BrokenBody", "BrokenCompression", "BrokenEvents", "BrokenItems"),
    *("BlockFault", "DamagedState", "NotAnswered", "Stopped", "UnlikeHeader", "UnreadableKey"),
    *("AssertionError", "LookupError"),
}
_VERBS = (
    "Add|Allow|Archive|Ask|Await|Begin|Build|Call|Cancel|Cast|Change|Check|Choose|Close|Compare|"
    "Connect|Convert|Copy|Correct|Create|Decode|Delete|Divide|Download|Drop|End|Export|Extend|Fill|"
    "Find|Get|Give|Have|Import|Insert|Install|Join|Keep|Leave|Let|Load|Look|Make|Map|Move|Name|Open|"
    "Pass|Pickle|Put|Read|Remove|Rename|Repeat|Replace|Round|Run|Save|Say|See|Select|Send|Set|Show|"
    "Sign|Split|Start|Take|Try|Unlock|Unset|Update|Upload|Use|Wait|Write"
)
_STEP = re.compile(
    r"(?:^|(?<=[.:;?)},] ))(?:(?:If|For|To|In|Or|Perhaps|Once)\b[^.:;]{0,120}?[,:;] )?(?:or )?"
    rf"(?:{_VERBS}|{_VERBS.lower()})\b(?! by\b)|await "
)
_RIGHT = re.compile(
    r"Did you mean|[Tt]here (?:are|is) \{|must (?:not |hold |have |be |come |name |map )|such as"
    r"|, not |at most|\bneeds? |[Cc]olumns are|[Tt]ypes are|; it (?:has|is|accepts) \{"
    r"|: \{[^}]*\}\.?$|: (?:[\w.]+\(.*\)|\{mapping_line.*)\.?$|of the form"
    r"|pip install|'[0-9 :-]+'\.$|waiting for its end|taken for the same"
    r"|What can be|\.result\(\) waits|lists those"
    # What is put in here says what to do.
    r"|\{(?:near|hint|suggested|advice|way_out|trouble|same|region_hint|call\.refusal_message)"
    r"|\{(?:error|booleans|index_names|unsupported|certificate|key|why|''\.join\(near)\b"
)


@dataclass(frozen=True)
class Message:
    """An error that the package words: in which file, of which class."""

    file: str
    kind: str
    text: str

    @property
    def is_reason(self) -> bool:
        """Whether the text is a part of another message."""
        return self.kind in _REASONS or not (self.step or self.text.endswith((".", "}")))

    @property
    def step(self) -> str:
        """The part that says what to do, or what would be right; empty if none does."""
        found = _STEP.search(self.text) or _RIGHT.search(self.text)
        return self.text[found.start() :].strip(" ,") if found else ""


def _error_classes(texts: Iterable[str]) -> set[str]:
    """Return the names of the classes of errors: the package's, and those it takes from others."""
    bases = {
        name: set(re.findall(r"\w+", above))
        for text in texts
        for name, above in re.findall(r"^class (\w+)\(([^)]*)\):", text, re.MULTILINE)
    }
    found = _BUILT_IN | _OF_OTHERS
    while more := {name for name, above in bases.items() if above & found} - found:
        found = found | more
    return found


def _kind(call: ast.Call) -> str:
    """Return the class of the error or warning that a call makes, or the name of what it calls."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "warn":
        return last_name(call.args[-1]) if last_name(call.func.value) == "warnings" else ""
    name = last_name(call.func)
    return _MAKERS.get(name, name)


def _given_texts(call: ast.Call, texts: Texts, source: Source, scope: ast.AST) -> list[str]:
    """Return the texts that a call is given which makes an error."""
    found = [texts.of(each, source, scope) for each in call.args]
    if last_name(call.func) == "MissingExtra" and len(found) == 2:
        purposes, extras = found
        return [
            f"{purpose} needs an extra: pip install 'anaplan-frames[{extra}]'"
            for purpose in purposes
            for extra in extras
        ]
    sentences = [[text for text in each if " " in text.strip()] for each in found]
    return max(sentences, key=lambda each: max(map(len, each), default=0), default=[])


def messages() -> list[Message]:
    """Return the messages of the package, each once, in the order of its files and lines."""
    return list(dict.fromkeys(_found()))


def _found() -> Iterator[Message]:
    files = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
    contents = {file: path.read_text("utf-8") for file, path in files.items()}
    kinds = _error_classes(contents.values()) - _ANSWERED
    # Parsing takes time, and most modules make no error.
    makers = re.compile(rf"\b(?:{'|'.join(kinds | set(_MAKERS))})\(|-> str:|conflict=")
    sources = [
        Source(file, text)
        for file, text in contents.items()
        if makers.search(text) and not file.startswith(_ANSWERS)
    ]
    texts = Texts(sources)
    for source in sources:
        yield from _paired(source, texts, kinds)
        for call, scope in source.calls:
            kind = _kind(call)
            if kind in kinds:
                for text in _given_texts(call, texts, source, scope):
                    yield Message(source.file, kind, " ".join(text.split()))


def _paired(source: Source, texts: Texts, kinds: set[str]) -> Iterator[Message]:
    """Yield texts that stand next to the class of an error, and those those of refusals."""
    for pair, scope in source.pairs:
        first, second = pair.elts
        kind = last_name(first.body if isinstance(first, ast.IfExp) else first)
        if kind in kinds:
            for text in texts.of(second, source, scope):
                yield Message(source.file, kind, " ".join(text.split()))
    for function, values in source.returned.items():
        if isinstance(function, ast.FunctionDef) and function.name == "refusal_message":
            for value in values:
                for text in texts.of(value, source, function):
                    yield Message(source.file, "AuthenticationError", " ".join(text.split()))
    for call, scope in source.calls:
        for value in [each.value for each in call.keywords if each.arg == "conflict"]:
            for text in texts.of(value, source, scope):
                yield Message(source.file, "RequestRefused", " ".join(text.split()))


def table(found: Sequence[Message]) -> str:
    """Return messages as a table in Markdown."""
    lines, file = [_HEAD], ""
    for message in found:
        if message.file != file:
            file = message.file
            lines.append(f"\n## {file}\n\n| error | message | what to do |\n| --- | --- | --- |\n")
        step = "(a reason)" if message.is_reason else message.step
        cells = (message.kind, message.text, step)
        lines.append("| " + " | ".join(each.replace("|", r"\|") for each in cells) + " |\n")
    return "".join(lines)


if __name__ == "__main__":
    TABLE.write_text(table(messages()), "utf-8")
