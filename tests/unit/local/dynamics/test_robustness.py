"""Whatever is sent, the answer is an answer: refusals, never a failure of the stand-in itself."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.dynamics.api import Api
from local.dynamics.data.schema import with_custom_columns
from local.dynamics.data.store import Store
from local.dynamics.data.tables import TABLES
from local.dynamics.errors import DataverseError
from local.dynamics.odata.batch import Batches
from local.dynamics.odata.messages import ApiRequest
from local.dynamics.seed import SYSTEM, read_seed, seed
from tests.fixtures.dynamics import COLUMNS, MATTI, SEED

WORDS = (
    "lastname statecode createdon contactid _parentcustomerid_value parentcustomerid_account/name "
    "Contact_Phonecalls/any eq ne gt and or not ( ) , 'x' 'O''Hara' 5 -1.5 null true 2026-11-23 "
    "2026-99-99T99:99:99Z contains startswith x: x/ @p1 Microsoft.Dynamics.CRM.In(PropertyName= "
    f",PropertyValues= ['a'] [1] ' [ ² % {MATTI} \\"
).split()
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=60) | st.just(MATTI),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
NAMES = st.sampled_from(
    [
        *("subject", "directioncode", "statuscode", "statecode", "actualstart", "actualdurationminutes", "activityid"),
        *("ownerid", "ownerid@odata.bind", "regardingobjectid_contact_phonecall@odata.bind", "@odata.type"),
        *("regardingobjectid_contact_phonecall", "_ownerid_value", "phonecall_activity_parties", "nothing", ""),
    ]
)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    store = Store(Path(tmp_path_factory.mktemp("robust")) / "db.sqlite", with_custom_columns(TABLES, COLUMNS))
    made = Api(store, "http://localhost", lambda: datetime(2026, 11, 23, tzinfo=UTC))
    seed(store, made.writer, read_seed(SEED))
    yield made
    store.close()


@given(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join) | st.text(max_size=30))
def test_any_filter_is_answered(api: Api, text: str) -> None:
    """The answer has rows or is a refusal."""
    for option in ("$filter", "$orderby", "$select", "$expand", "$top", "$skiptoken", "$deltatoken"):
        answer = api.handle(ApiRequest("GET", "contacts", {option: text, "@p1": text}, {}), SYSTEM)
        assert answer.status in {200, 400, 404, 410}


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_any_body_is_answered(api: Api, body: dict[str, object]) -> None:
    """The answer is a row, or a refusal that leaves none."""
    headers = {"content-type": "application/json"}
    before = api.store.count(TABLES["phonecall"], "", [])
    answer = api.handle(ApiRequest("POST", "phonecalls", {}, headers, json.dumps(body).encode()), SYSTEM)
    assert answer.status in {204, 400, 404, 412}
    assert api.store.count(TABLES["phonecall"], "", []) == before + (answer.status == 204)


@given(st.text(alphabet="contacts()='1,/$count% ²\\", max_size=20), st.sampled_from(["GET", "PATCH", "DELETE", "POST"]))
def test_any_path_is_answered(api: Api, path: str, method: str) -> None:
    """A path that is not served is refused."""
    answer = api.handle(ApiRequest(method, path, {}, {"content-type": "application/json"}, b"{}"), SYSTEM)
    assert 200 <= answer.status < 500


@given(st.binary(max_size=60))
def test_any_batch_is_answered(api: Api, content: bytes) -> None:
    """Bytes that are no text, and parts that are no requests."""
    head = b"--b\r\nContent-Type: application/http\r\n\r\n"
    for body in (content, head + content + b"\r\n--b--", head + b"GET " + content + b" HTTP/1.1\r\n\r\n\r\n--b--"):
        with suppress(DataverseError):
            Batches(api.store).run(
                "multipart/mixed; boundary=b", body, lambda part: api.handle(part, SYSTEM), go_on=True
            )
