"""The faults in force, and the requests that have failed by them."""

from __future__ import annotations

from starlette.requests import Request

from anaplan_frames.sandbox.console.html_elements import Html, fragment
from anaplan_frames.sandbox.console.page_document import Page
from anaplan_frames.sandbox.console.page_parts import badge, code, facts, note, section, table
from anaplan_frames.sandbox.routes.request_context import tenant_of
from anaplan_frames.sandbox.tenant.fault_rules import KINDS, Fault, Faults, RandomFaults

_STRUCK = 100


def faults_in_force(faults: Faults) -> int:
    """Return how many rules can still let requests fail; faults at random count as one."""
    return sum(not rule.ended for rule in faults.rules()) + (faults.random is not None)


def overview_of_faults(request: Request) -> Page:
    """Show rules, the random choice, and the requests that failed last."""
    faults = tenant_of(request).faults
    rules = table(
        ("Fault", "State", "Method", "Path", "Passed first", "Failed", "At most", "Settings"),
        [_rule(rule) for rule in faults.rules()],
        "No rules: sandbox.faults.add makes them.",
    )
    struck = list(reversed(faults.struck))
    failed = table(
        ("Fault", "Method", "Path"),
        [(kind, method, code(path)) for kind, method, path in struck[:_STRUCK]],
        "No request has failed by a fault.",
    )
    body = fragment(
        note("Requests of this console never fail by a fault, and do not count."),
        section("Rules", rules),
        section("At random", _random(faults.random)),
        section("Requests that failed, the latest first", failed, count=len(struck)),
    )
    return Page("Faults", body, [("Overview", "/")])


def _rule(rule: Fault) -> tuple[Html | str | int, ...]:
    state = badge("Used up") if rule.ended else badge("In force", "busy")
    most = "no limit" if rule.times is None else rule.times
    settings = [] if rule.retry_after is None else [f"Retry-After: {rule.retry_after}"]
    if rule.kind in ("stall", "stalled answer", "late"):
        settings.append(f"{rule.seconds:g} s")
    where = code(rule.method), code(rule.path)
    return (rule.kind, state, *where, rule.after, rule.hits, most, ", ".join(settings))


def _random(choice: RandomFaults | None) -> Html:
    if choice is None:
        return note("No faults at random: sandbox.faults.at_random starts them.")
    kinds = "all" if choice.kinds == KINDS else ", ".join(choice.kinds)
    return facts(
        [
            ("Share of all requests", f"{choice.share:.1%}"),
            ("Seed", choice.seed),
            ("Most in a row of one request", choice.in_a_row),
            ("Faults", kinds),
        ]
    )
