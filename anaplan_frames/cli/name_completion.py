"""The names that the shell offers: of models and of what they have, as commands have listed them.

Nothing is asked of Anaplan while somebody types.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class

from anaplan_frames.cli.remembered_names import model_names, thing_names

Complete = Callable[[click.Context, click.Parameter, str], list["CompletionItem[str]"]]
_PLAIN = re.compile(r"[\w@%+:./-]+", re.ASCII)
_EXPANDED = frozenset("$`!\\")  # which bash does not quote when it completes
_BASH = """\
%(complete_func)s() {
    local answer kind name
    answer=$(COMP_WORDS="$(printf '%%s\\n' "${COMP_WORDS[@]}")" COMP_CWORD=$COMP_CWORD \\
        %(complete_var)s=bash_complete "$1") || return
    COMPREPLY=()
    while IFS=, read -r kind name; do
        case $kind in
            plain) COMPREPLY+=("$name") ;;
            name) compopt -o filenames; COMPREPLY+=("$name") ;;
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
        esac
    done <<< "$answer"
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""
_A_FILE = CompletionItem("", type="file")  # the shell completes the names of files


def complete_things(*kinds: str, after_file: bool = False) -> Complete:
    """Return what completes the names of things of the model that the command line names.

    Parameters
    ----------
    kinds : str
        Such as ``"imports"``.
    after_file : bool
        Whether the first word is the name of a file, and later ones may be.
    """

    def complete(
        context: click.Context, parameter: click.Parameter, begun: str
    ) -> list[CompletionItem[str]]:
        if after_file and not _has_words(context):
            return [_A_FILE]
        model = _model_of(context)
        found = _matching(thing_names(model, kinds), begun) if model else []
        return found or [_A_FILE] * after_file

    return complete


def _has_words(context: click.Context) -> bool:
    """Whether there are words before the one that is typed, whichever argument takes them."""
    arguments = (p.name for p in context.command.params if isinstance(p, click.Argument))
    return any(context.params.get(name or "") for name in arguments)


def complete_model(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem[str]]:
    """Complete the names of models."""
    return _matching(model_names(), begun)


def _matching(names: Iterable[str], begun: str) -> list[CompletionItem[str]]:
    """Return the names that begin so, in whatever case if none does exactly."""
    lines = [name for name in names if name.isprintable()]
    exact = [name for name in lines if name.startswith(begun)]
    folded = begun.casefold()
    found = exact or [name for name in lines if name.casefold().startswith(folded)]
    return [CompletionItem(name) for name in found]


def _model_of(context: click.Context) -> str:
    """Return the model that the command line, the environment or the profile names."""
    named = context.params.get("model") or os.environ.get("ANAPLAN_MODEL")
    if named:
        return str(named)
    from anaplan_frames.config import profile_summaries
    from anaplan_frames.errors import AnaplanError

    profile = context.params.get("profile") or os.environ.get("ANAPLAN_PROFILE") or "default"
    try:
        found = [each for each in profile_summaries() if each.name == profile]
    except (AnaplanError, OSError):
        return ""
    return str(found[0].settings.get("model") or "") if found else ""


class QuotingBashComplete(BashComplete):
    """Completion for bash that has names with blanks quoted, as bash quotes those of files."""

    source_template = _BASH

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """Return what may come next, without names in which bash would see commands."""
        found = super().get_completions(args, incomplete)
        return [item for item in found if not _EXPANDED.intersection(item.value)]

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return a line for the function of the shell."""
        if item.type == "plain" and not _PLAIN.fullmatch(item.value):
            return f"name,{item.value}"
        return super().format_completion(item)


def register() -> None:
    """Have the command line complete like this."""
    add_completion_class(QuotingBashComplete)
