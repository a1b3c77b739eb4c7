"""``$batch``: order, transactions, references, and what is refused."""

from uuid import uuid4

from shared.dataverse.batch import BatchAnswer, compose, parse
from shared.dataverse.model import Change
from tests.fixtures.dynamics import (
    ANNA,
    ANNA_OBJECT,
    APPLICATION_USER,
    BJORN,
    MAIJA,
    MATTI,
    SALES,
    LocalDynamics,
)

CRLF = "\r\n"
BASE = "/api/data/v9.2"


async def sent(dynamics: LocalDynamics, content_type: str, body: str, **headers: str) -> list[BatchAnswer]:
    answer = await dynamics.client.post(
        "$batch", content=body.encode(), headers={"Content-Type": content_type, **headers}
    )
    assert answer.status_code == 200, answer.text
    return parse(answer.headers["Content-Type"], answer.content)


def request(line: str, body: str = "", content_id: str = "", **headers: str) -> str:
    """One part; ``line`` is METHOD and address, ``headers`` those of the request within."""
    heads = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    heads += [f"Content-ID: {content_id}"] if content_id else []
    inner = ["Content-Type: application/json"] if body else []
    inner += [f"{name}: {value}" for name, value in headers.items()]
    return CRLF.join([*heads, "", f"{line} HTTP/1.1", *inner, "", body])


def change_set(*parts: str) -> str:
    lines = ["Content-Type: multipart/mixed; boundary=set", ""]
    for part in parts:
        lines += ["--set", part]
    return CRLF.join([*lines, "--set--", ""])


def batch(*parts: str) -> tuple[str, str]:
    lines = [line for part in parts for line in ("--batch", part)]
    return "multipart/mixed; boundary=batch", CRLF.join([*lines, "--batch--", ""])


async def test_parts_are_answered_in_order(dynamics: LocalDynamics) -> None:
    """Reads and writes, with relative, rooted and absolute addresses."""
    parts = batch(
        request(f"GET {BASE}/contacts({MATTI})?$select=firstname"),
        request(f"PATCH contacts({MATTI})", '{"firstname": "Mats"}'),
        request(f"GET {dynamics.url}{BASE}/contacts({MATTI})?$select=firstname"),
        request("GET contacts/$count?$filter=firstname%20eq%20'Mats'"),
    )
    answers = await sent(dynamics, *parts)
    assert [part.status for part in answers] == [200, 204, 200, 200]
    assert ('"Matti"' in answers[0].body, '"Mats"' in answers[2].body, answers[3].body) == (True, True, "1")


async def test_a_change_set_is_done_or_not(dynamics: LocalDynamics) -> None:
    """One refusal undoes the whole set and is its only answer."""
    call, item = uuid4(), uuid4()
    bind = {"objectid_phonecall@odata.bind": f"/phonecalls({call})"}
    for queue, expected in ((uuid4(), [404]), (SALES, [204, 204])):
        changes = [
            Change("PATCH", f"phonecalls({call})", {"subject": "x"}, if_none_match="*"),
            Change("PATCH", f"queueitems({item})", {**bind, "queueid@odata.bind": f"/queues({queue})"}),
        ]
        answers = await sent(dynamics, *compose(BASE, changes))
        assert [part.status for part in answers] == expected
    again = await sent(dynamics, *compose(BASE, changes))
    assert ([part.status for part in again], "0x80040237" in again[0].body) == ([412], True)


async def test_references_name_rows_made_before_in_the_set(dynamics: LocalDynamics) -> None:
    """``$1`` stands for the row of Content-ID 1, in addresses and in bindings."""
    parts = batch(
        change_set(
            request("POST accounts", '{"name": "New"}', "1"),
            request("POST contacts", '{"lastname": "X", "parentcustomerid_account@odata.bind": "$1"}', "2"),
            request("PATCH $2", '{"jobtitle": "Owner"}', "3"),
        )
    )
    assert [part.status for part in await sent(dynamics, *parts)] == [204, 204, 204]
    query = "contacts?$filter=lastname eq 'X'&$select=jobtitle&$expand=parentcustomerid_account($select=name)"
    (row,) = (await dynamics.ok("GET", query))["value"]
    assert (row["jobtitle"], row["parentcustomerid_account"]["name"]) == ("Owner", "New")


async def test_the_first_failure_ends_a_batch_unless_it_may_go_on(dynamics: LocalDynamics) -> None:
    """Without continue-on-error nothing after a failed part is done."""
    parts = batch(
        request(f"GET contacts({uuid4()})"),
        change_set(request(f"PATCH contacts({MATTI})", '{"jobtitle": "done"}', "1")),
    )
    assert [part.status for part in await sent(dynamics, *parts)] == [404]
    assert (await dynamics.ok("GET", f"contacts({MATTI})"))["jobtitle"] is None
    answers = await sent(dynamics, *parts, Prefer="odata.continue-on-error")
    assert [part.status for part in answers] == [404, 204]
    assert (await dynamics.ok("GET", f"contacts({MATTI})"))["jobtitle"] == "done"


async def test_batches_that_the_service_cannot_read_are_refused_whole(dynamics: LocalDynamics) -> None:
    """Lone line feeds, wrong boundaries, too many parts, GET in a change set, a batch in a batch: nothing is done."""
    good = request(f"PATCH contacts({MATTI})", '{"jobtitle": "done"}', "1")
    content_type, body = batch(change_set(good))
    bad = [
        (content_type, body.replace(CRLF, "\n")),
        ("multipart/mixed; boundary=other", body),
        ("application/json", "{}"),
        batch(change_set(good, request(f"GET contacts({MAIJA})", "", "2"))),
        batch(good, request("POST $batch", "x")),
        batch(good, *[request("GET WhoAmI")] * 1000),
        batch(good, request("contacts")),
    ]
    for bad_type, bad_body in bad:
        answer = await dynamics.client.post("$batch", content=bad_body.encode(), headers={"Content-Type": bad_type})
        assert answer.status_code == 400, bad_body[:200]
    assert (await dynamics.ok("GET", f"contacts({MATTI})"))["jobtitle"] is None


async def test_parts_of_a_change_set_need_ids_of_their_own(dynamics: LocalDynamics) -> None:
    """A part without Content-ID, or with one that is taken, refuses the set."""
    for ids in (("", "2"), ("1", "1")):
        parts = [request(f"PATCH contacts({MATTI})", '{"jobtitle": "done"}', one) for one in ids]
        answers = await sent(dynamics, *batch(change_set(*parts)))
        assert ([part.status for part in answers], "0x80060888" in answers[0].body) == ([400], True)
    assert (await dynamics.ok("GET", f"contacts({MATTI})"))["jobtitle"] is None


async def test_each_part_may_act_for_another(dynamics: LocalDynamics) -> None:
    """The user of a part stands in its row; parts without one act for the batch's."""
    calls = [str(uuid4()) for _ in range(4)]
    acting: list[dict[str, str]] = [{}, {"MSCRMCallerID": BJORN}, {"CallerObjectId": ANNA_OBJECT}]
    parts = [
        request(f"PATCH phonecalls({call})", "{}", str(number), **{"If-None-Match": "*"}, **headers)
        for number, (call, headers) in enumerate(zip(calls, acting, strict=False))
    ]
    made = batch(change_set(*parts), request(f"PATCH phonecalls({calls[3]})", "{}", **acting[1]))
    for batch_user, own in (({}, (APPLICATION_USER, None)), ({"MSCRMCallerID": ANNA}, (ANNA, APPLICATION_USER))):
        answers = await sent(dynamics, *made, **batch_user)
        assert [part.status for part in answers] == [204] * 4
        expected = [own, (BJORN, APPLICATION_USER), (ANNA, APPLICATION_USER), (BJORN, APPLICATION_USER)]
        for call, (creator, by) in zip(calls, expected, strict=True):
            row = await dynamics.ok("GET", f"phonecalls({call})")
            assert (row["_createdby_value"], row["_createdonbehalfby_value"], row["_ownerid_value"]) == (
                creator,
                by,
                creator,
            )
            await dynamics.ok("DELETE", f"phonecalls({call})")


async def test_a_part_that_may_not_act_for_another_undoes_its_change_set(dynamics: LocalDynamics) -> None:
    """Whether the user is unknown or disabled, or one of both lacks a privilege."""
    call = uuid4()
    good = request(f"PATCH phonecalls({call})", '{"subject": "x"}', "1")
    await dynamics.ok("PATCH", f"systemusers({BJORN})", {"isdisabled": True})
    await dynamics.switch("privileges", {"systemuserid": ANNA, "privilege": "prvWritePhonecall", "granted": False})
    for user, code in ((MATTI, "0x80072560"), (BJORN, "0x80040225"), (ANNA, "0x80040220")):
        bad = request(f"PATCH phonecalls({call})", '{"subject": "y"}', "2", MSCRMCallerID=user)
        (answer,) = await sent(dynamics, *batch(change_set(good, bad)))
        assert (answer.status, code in answer.body) == (403, True)
    assert (await dynamics.refused("GET", f"phonecalls({call})"))[0] == 404
