"""The overlay is data that must fit the files it corrects."""

from __future__ import annotations

import re

import pytest

from tests.contract.contract import contract, read
from tests.contract.overlay import CORRECTIONS, MAY_OMIT, STATUSES
from tests.contract.overlay.correction import Correction


def _value_in_file(correction: Correction) -> object:
    place: object = read(correction.file)
    for key in correction.at:
        if not isinstance(place, dict) or key not in place:
            return None
        place = place[key]
    return place


@pytest.mark.parametrize("correction", CORRECTIONS, ids=lambda correction: "/".join(correction.at))
def test_a_correction_changes_the_file_and_says_why(correction: Correction) -> None:
    assert _value_in_file(correction) != correction.value
    assert correction.why


@pytest.mark.parametrize("rule", [*STATUSES, *MAY_OMIT], ids=repr)
def test_a_rule_applies_to_some_operation(rule: object) -> None:
    paths = [
        operation.path.removeprefix("/2/0")
        for operation in contract().operations
        if operation.method in rule.methods
    ]
    assert [path for path in paths if re.fullmatch(rule.paths, path)]
    assert rule.why


def test_every_example_keeps_the_corrected_contract() -> None:
    faults = [
        f"{operation} {status}: {fault}"
        for operation in contract().operations
        for status, answers in operation.answers.items()
        for body in answers.values()
        if body is not None
        for example in body.examples
        for fault in body.faults(example)
    ]
    assert faults == []


def test_every_json_answer_has_an_example_to_compare_keys_with() -> None:
    without_traceback = [
        f"{operation} {status}"
        for operation in contract().operations
        for status, answers in operation.answers.items()
        for body in answers.values()
        if body is not None and not body.examples and "optimizeActions" not in operation.path
    ]
    assert without_traceback == []


def test_operations_below_a_model_have_both_url_forms() -> None:
    def forms(prefix: str) -> set[tuple[str, str]]:
        return {
            (operation.method, operation.path.removeprefix(prefix))
            for operation in contract().operations
            if operation.path.startswith(f"{prefix}/models/{{modelId}}/")
            and not re.search(r"/alm/|/onlineStatus$", operation.path)  # one form only
        }

    assert len(forms("/2/0")) > 70
    assert forms("/2/0") == forms("/2/0/workspaces/{workspaceId}")


def test_a_model_below_its_workspace_is_405_and_nothing_else() -> None:
    operation = contract().find("GET", "/2/0/workspaces/w/models/m")
    assert operation is not None
    assert not [status for status in operation.answers if status < "400"]
    assert "405" in operation.answers
