"""Mutated contents end in the right value or in an error of ours, and in nothing else.

If a format has a check, such as a digest, a key that belongs to a certificate, or a count, then a
value that is read is the value that was written.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from anaplan_frames.auth import CertificateAuth, KeystoreAuth
from anaplan_frames.auth.credentials import Credentials
from anaplan_frames.bulk.dump_matching import match_rows
from anaplan_frames.bulk.failure_dump import parse_dump
from anaplan_frames.codec.decode import decode_stream
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.item_columns import item_columns
from anaplan_frames.errors import AnaplanError, AuthenticationError, ConfigurationError
from anaplan_frames.lists.item_reader import ItemSource, read_items
from anaplan_frames.progress import Progress
from anaplan_frames.transfer.chunk_list import list_chunks
from anaplan_frames.transport import Transport
from tests.auth.making import Holder, holder
from tests.fuzz.conftest import Mutations
from tests.fuzz.drawn import in_pieces
from tests.fuzz.targets import SentTexts
from tests.transfer.journals import believed, written_journal
from tests.transport.scripted import Answer, ScriptedServer, TurnedClock, as_json

KEYSTORES = Path(__file__).parents[1] / "auth" / "data"
STORE = "store-password"


@pytest.fixture(scope="module")
def planner() -> Holder:
    return holder("planner")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep warnings out of thousands of turns, as well as what is logged."""
    logging.disable()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    logging.disable(logging.NOTSET)


def opened(make: Callable[[], Credentials]) -> bytes | None:
    """Return the certificate of a login that is signed with its key; None if it is refused."""
    try:
        login = make().login()
    except (AuthenticationError, ConfigurationError):
        return None
    encoded = login.headers["Authorization"].split()[1]  # type: ignore[union-attr]
    pem = base64.b64decode(encoded)
    key = x509.load_pem_x509_certificate(pem).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    body: Any = login.body  # type: ignore[union-attr]
    data, signature = (
        base64.b64decode(body[name]) for name in ("encodedData", "encodedSignedData")
    )
    key.verify(signature, data, padding.PKCS1v15(), SHA512())
    return pem


def small_pkcs12(one: Holder) -> bytes:
    """Make a keystore that is opened in few iterations."""
    guard = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(1)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(SHA256())
        .build(STORE.encode())
    )
    assert isinstance(one.key, rsa.RSAPrivateKey)
    return pkcs12.serialize_key_and_certificates(b"planner", one.key, one.certificate, [], guard)


@pytest.mark.parametrize("kind", ["chain.jks", "repeated.jceks", "pkcs12"])
def test_a_keystore_opens_as_it_was_made_or_not_at_all(
    mutations: Mutations, planner: Holder, kind: str
) -> None:
    content = small_pkcs12(planner) if kind == "pkcs12" else (KEYSTORES / kind).read_bytes()
    alias = "planner" if kind != "chain.jks" else None
    whole = opened(lambda: KeystoreAuth(content, STORE, alias))
    assert whole is not None
    for seed, damaged in mutations(content):
        found = opened(lambda damaged=damaged: KeystoreAuth(damaged, STORE, alias))  # type: ignore[misc]
        assert found in (None, whole), seed


@pytest.mark.parametrize("part", ["certificate", "key", "both"])
def test_a_pem_gives_a_certificate_and_the_key_that_belongs_to_it(
    mutations: Mutations, planner: Holder, part: str
) -> None:
    certificate, key = planner.pem, planner.key_pem()
    content = {"certificate": certificate, "key": key, "both": key + certificate}[part]
    for seed, damaged in mutations(content, share=1 / 3):
        given = {
            "certificate": (damaged, key),
            "key": (certificate, damaged),
            "both": (damaged,),
        }[part]
        found = opened(lambda given=given: CertificateAuth(*given))  # type: ignore[misc]
        # Of a damaged certificate only the service can say that its signature is wrong.
        assert part != "key" or found in (None, certificate), seed


def test_a_journal_is_believed_no_further_than_it_was_written(
    mutations: Mutations, tmp_path: Path
) -> None:
    path = tmp_path / "x.journal"
    content = written_journal(path)
    for seed, damaged in mutations(content):
        path.write_bytes(damaged)
        found = believed(path)
        assert found.keys() <= {0, 1, 2}, seed
        lines = damaged.splitlines()
        for index, digest in found.items():  # a changed digit is a digest of other data
            assert any(digest.encode() in line for line in lines), (seed, index)


def test_a_row_of_a_dump_is_a_row_with_its_values_or_none(mutations: Mutations) -> None:
    words = ["alpha", "beta", "gamma", "delta, or so", 'e"psilon', "zeta", "eta", "theta"]
    sent = [(word, f"text of {word}") for word in words]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["_Status_", "Name", "Text", "_Line_", "_Error_1_"])
    for number, row in enumerate(sent[::2]):
        writer.writerow(["Failed", *row, 2 * number + 2, "Invalid name"])
    for seed, damaged in mutations(out.getvalue().encode()):
        try:
            rows = parse_dump(damaged, ["Name", "Text"], Dialect())
        except AnaplanError:
            continue
        found = match_rows(rows, SentTexts(sent), Dialect())
        for row, place in zip(rows, found, strict=True):
            if place is not None:
                pairs = zip(row.values, sent[place], strict=True)
                assert all(a is None or a.strip() == b.strip() for a, b in pairs), seed


LIST = {"properties": [{"name": "Owner", "format": "TEXT"}], "subsets": []}
COLUMNS = item_columns(LIST)
ITEMS = [
    {"id": f"20600000000{n}", "code": f"C{n}", "name": f"item {n}", "properties": {"Owner": "é"}}
    for n in range(6)
]


class _Twice(Exception):
    """A key is there twice, of which parsers take the one or the other."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise _Twice
    return dict(pairs)


def expected_items(content: bytes) -> list[tuple[Any, ...]]:
    """Read an answer with the parser of Python."""
    answer = json.loads(content, object_pairs_hook=_once)
    items = answer.get("listItems", [])
    total = answer.get("meta", {}).get("paging", {}).get("totalSize")
    assert total in (None, len(items))
    keys = ("id", "code", "name")
    texts = [[*map(item.get, keys), item.get("properties", {}).get("Owner")] for item in items]
    return [tuple(text or None for text in row) for row in texts]  # an empty text is none


def test_a_list_answer_in_json_is_read_as_it_stands_or_refused(
    mutations: Mutations, server: ScriptedServer, make_transport: Callable[..., Transport]
) -> None:
    paging = {"currentPageSize": 6, "totalSize": 6, "offset": 0}
    status = {"code": 200, "message": "Success"}
    whole = {"meta": {"paging": paging}, "status": status, "listItems": ITEMS}
    content = json.dumps(whole, ensure_ascii=False).encode()
    transport = make_transport(clock=TurnedClock(), requests_per_minute=None, tries=2)
    source = ItemSource(transport, "/models/m/lists/101", "list 'L'", len(ITEMS))
    wanted = [column for column in COLUMNS if column.name in ("id", "code", "name", "Owner")]
    for seed, damaged in mutations(content):
        server.rule = lambda seen, damaged=damaged: Answer(  # type: ignore[misc]
            body=damaged, headers={"Content-Type": "application/json"}
        )
        try:
            with Progress("", unit="B", show=False) as bar:
                batches = list(read_items(source, wanted, bar))
        except AnaplanError:
            continue
        found = [tuple(row.values()) for batch in batches for row in batch.to_pylist()]
        try:
            expected = expected_items(damaged)
        except _Twice:
            continue
        assert found == expected, (seed, damaged)


def test_a_list_answer_in_csv_is_read_as_it_stands_or_refused(
    mutations: Mutations,
) -> None:
    rows = [["Code", "Name", "Owner"], *([f"C{n}", f"item {n}", "é"] for n in range(8))]
    content = "\n".join(map(",".join, rows)).encode() + b"\n"
    for seed, damaged in mutations(content):
        answers = []
        for cuts in ([], [seed % 40, 7, 1]):
            try:
                batches = decode_stream(in_pieces(damaged, cuts), Dialect(), threads=1)
                answers.append([list(each.values()) for b in batches for each in b.to_pylist()])
                names = batches.schema.names
            except AnaplanError:
                answers.append(None)
        assert answers[0] == answers[1], seed
        # No bytes at all are refused before; quotes and carriage returns have rules of their own.
        if answers[0] is None or not damaged or b'"' in damaged or b"\r" in damaged:
            continue
        header, *lines = damaged.decode().split("\n")
        assert len(names) == len(header.removeprefix("\ufeff").split(","))
        expected = [[text or None for text in line.split(",")] for line in lines if line]
        assert answers[0] == expected, (seed, damaged)


def test_a_chunk_list_is_whole_or_refused(
    mutations: Mutations, server: ScriptedServer, make_transport: Callable[..., Transport]
) -> None:
    ids = [str(number) for number in range(12)]
    paging = {"currentPageSize": 12, "totalSize": 12, "offset": 0}
    chunks = [{"id": each, "name": f"Chunk {each}"} for each in ids]
    content = json.dumps({"meta": {"paging": paging}, "chunks": chunks}).encode()
    files = as_json({"meta": {}, "files": [{"id": "1", "chunkCount": 12}]})
    transport = make_transport(clock=TurnedClock(), requests_per_minute=None, tries=2)
    for seed, damaged in mutations(content):
        broken = Answer(body=damaged, headers={"Content-Type": "application/json"})
        server.rule = lambda seen, broken=broken: (  # type: ignore[misc]
            files if seen.path.split("?")[0].endswith("/files") else broken
        )
        try:
            found = list_chunks(transport, "/models/m/files/1", label="file 'f'")
        except AnaplanError:
            continue
        assert found == ids, (seed, damaged)
