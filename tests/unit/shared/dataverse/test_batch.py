from shared.dataverse.batch import compose, parse
from shared.dataverse.model import Change

ANSWER = "\r\n".join(
    [
        "--batchresponse_1",
        "Content-Type: multipart/mixed; boundary=changesetresponse_2",
        "",
        "--changesetresponse_2",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "Content-ID: 1",
        "",
        "HTTP/1.1 204 No Content",
        "OData-Version: 4.0",
        "OData-EntityId: https://contoso.crm4.dynamics.com/api/data/v9.2/phonecalls(1)",
        "",
        "",
        "--changesetresponse_2",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "Content-ID: 2",
        "",
        "HTTP/1.1 412 Precondition Failed",
        "Content-Type: application/json; odata.metadata=minimal",
        "",
        '{"error":{"code":"0x80060892","message":"A record with matching key values already exists. Ä"}}',
        "--changesetresponse_2--",
        "--batchresponse_1--",
        "",
    ]
).encode()


def test_a_batch_is_one_change_set_with_its_conditions() -> None:
    """Each change is a part of the same change set, with its own request line, conditions and JSON body."""
    content_type, body = compose(
        "/api/data/v9.2", [Change("PATCH", "phonecalls(1)", {"subject": "Ä"}, if_none_match="*")]
    )
    boundary = content_type.partition("boundary=")[2]
    assert body.startswith(f"--{boundary}\r\nContent-Type: multipart/mixed;boundary=changeset_")
    assert body.endswith(f"--{boundary}--\r\n")
    assert "PATCH /api/data/v9.2/phonecalls(1) HTTP/1.1\r\n" in body
    assert "If-None-Match: *\r\n\r\n" in body
    assert '{"subject": "Ä"}' in body


def test_every_part_of_an_answer_is_read() -> None:
    """Status, headers and body of each part come back in order."""
    first, second = parse("multipart/mixed; boundary=batchresponse_1", ANSWER)
    assert (first.status, first.headers["OData-Version"], first.body) == (204, "4.0", "")
    assert second.status == 412
    assert second.body.endswith('exists. Ä"}}')
