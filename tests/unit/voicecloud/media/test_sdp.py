"""What of a session description is let in, and what is added to ours."""

import pytest

from shared.errors import InvalidInput
from voicecloud.media.sdp import LONGEST_SDP, MOST_CANDIDATES, REPAIR, admitted, chosen, with_repair

WAYS = ("sendrecv", "sendonly", "recvonly", "inactive")
HEAD = f"v=0\r\na=fingerprint:sha-256 {':'.join(['AB'] * 32)}\r\n"


def has_voice(description: str) -> bool:
    try:
        chosen(description)
    except InvalidInput:
        return False
    return True


def candidate(address: str, transport: str = "udp") -> str:
    return f"a=candidate:1 1 {transport} 2130706431 {address} 50000 typ host\r\n"


def test_candidates_of_use_stay() -> None:
    """Addresses of either family, over UDP in either case."""
    given = HEAD + candidate("192.0.2.7") + candidate("2001:db8::7", "UDP")
    assert admitted(given) == given


@pytest.mark.parametrize(
    "line",
    [
        candidate("0f6e1e5c-ab.local"),
        candidate("0F6E1E5C.LOCAL"),
        candidate("192.0.2.7", "tcp"),
        "a=candidate:\r\n",
        "a=end-of-candidates\r\n",
    ],
)
def test_what_is_of_no_use_is_left_out(line: str) -> None:
    """Names that would be looked up in the local network, TCP, an end to the list, and nonsense."""
    assert admitted(HEAD + line) == HEAD


def test_nobody_makes_the_gateway_knock_at_many_doors() -> None:
    """Of a long list the first ones count."""
    given = HEAD + "".join(candidate(f"198.51.100.{number}") for number in range(100))
    assert admitted(given).count("a=candidate") == MOST_CANDIDATES


def test_a_description_has_a_fingerprint_of_today() -> None:
    """Without one nobody knows who speaks; SHA-1 and MD5 are no longer taken (RFC 8122)."""
    for given in ("v=0\r\n", HEAD.replace("sha-256", "sha-1"), HEAD.replace("sha-256", "md5")):
        with pytest.raises(InvalidInput, match="sdp-malformed"):
            admitted(given)


def test_a_description_has_an_end() -> None:
    """Longer ones are not even parsed."""
    with pytest.raises(InvalidInput, match="sdp-too-long"):
        admitted("a" * (LONGEST_SDP + 1))


def test_repair_is_asked_for_once() -> None:
    """With the payload type that was negotiated (RFC 7587)."""
    given = "a=rtpmap:111 opus/48000/2\r\na=rtpmap:110 telephone-event/48000\r\n"
    asked = with_repair(given)
    assert f"a=rtpmap:111 opus/48000/2\r\na=fmtp:111 {REPAIR}\r\na=rtpmap:110" in asked
    assert with_repair(asked) == asked


@pytest.mark.parametrize(("number", "codec"), [("8", "PCMA"), ("0", "PCMU")])
def test_payload_types_that_everybody_knows_are_said(number: str, codec: str) -> None:
    """Telephone networks leave out what they mean (RFC 3551, section 6); nothing is said twice."""
    given = HEAD + f"m=audio 9 RTP/SAVPF {number} 101\r\n"
    said = admitted(given)
    assert said == given + f"a=rtpmap:{number} {codec}/8000\r\n"
    assert admitted(said) == said


@pytest.mark.parametrize(
    ("line", "is_ours"),
    [
        ("m=audio 9 RTP/SAVPF 8", True),
        ("m=audio 9 RTP/SAVPF 0 18", True),
        ("m=audio 9 RTP/SAVPF 96\r\na=rtpmap:96 OPUS/48000/2", True),
        ("m=audio 9 RTP/SAVPF 18", False),
        ("m=audio 9 RTP/SAVPF 9\r\na=rtpmap:9 G722/8000", False),
        ("m=audio 8 RTP/SAVPF 18", False),
    ],
)
def test_a_voice_we_do_not_know_is_told_before_it_rings(line: str, *, is_ours: bool) -> None:
    """G.729 or G.722 alone are refused at once, not when somebody answers."""
    assert has_voice(HEAD + line + "\r\n") is is_ours


def test_the_voice_comes_before_the_keys() -> None:
    """A telephone takes the first format of an answer for what is spoken."""
    keys = "a=rtpmap:101 telephone-event/8000\r\n"
    said = admitted(HEAD + "m=audio 9 UDP/TLS/RTP/SAVPF 8 101\r\na=mid:0\r\n" + keys)
    assert said.endswith("a=mid:0\r\na=rtpmap:8 PCMA/8000\r\n" + keys)


PCMA = "a=rtpmap:8 PCMA/8000\r\n"
VOICE = "m=audio 9 UDP/TLS/RTP/SAVPF 8\r\na=mid:v\r\na=sendrecv\r\n"
FURTHER = (
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:x\r\na=rtpmap:96 VP8/90000\r\n",
    "m=image 5006 udptl t38\r\n",
    "m=audio 9 RTP/AVP 8\r\na=mid:x\r\n",
    "m=audio 9 UDP/TLS/RTP/SAVPF 18\r\na=mid:x\r\n",
    "m=audio 0 UDP/TLS/RTP/SAVPF 8\r\n",
    "m=text 9 UDP/TLS/RTP/SAVPF 98\r\na=mid:x\r\na=rtpmap:98 t140/1000\r\n",
)


@pytest.mark.parametrize("further", FURTHER)
@pytest.mark.parametrize("is_first", [True, False])
def test_further_media_get_port_0(further: str, *, is_first: bool) -> None:
    """In their place (RFC 3264, section 6): what is said of them is nothing to the voice."""
    group = HEAD + "a=group:BUNDLE v x\r\n"
    choice = chosen(group + (VOICE + further if is_first else further + VOICE))
    assert choice.description == HEAD + "a=group:BUNDLE v\r\n" + VOICE + PCMA
    answer = choice.answered(HEAD + VOICE)
    lines = [line for line in answer.splitlines() if line.startswith(("m=", "a=mid", "a=sendrecv"))]
    kind, _, rest = further.splitlines()[0].split(" ", 2)
    refused = [f"{kind} 0 {rest}", *(["a=mid:x"] if "a=mid" in further else [])]
    assert lines == (VOICE.splitlines() + refused if is_first else refused + VOICE.splitlines())


@pytest.mark.parametrize("further", FURTHER)
def test_without_a_voice_nothing_is_taken(further: str) -> None:
    """The same question before it rings and when it is answered."""
    assert has_voice(HEAD + further + VOICE)
    assert not has_voice(HEAD + further)
    assert not has_voice(VOICE)


@pytest.mark.parametrize("way", WAYS)
def test_a_direction_may_be_that_of_the_session(way: str) -> None:
    """Or none at all, which is both ways (RFC 8866, section 6.7)."""
    voice = VOICE.replace("a=sendrecv\r\n", "")
    assert chosen(f"{HEAD}a={way}\r\n{voice}").description.count(f"a={way}\r\n") == 2
    assert chosen(f"{HEAD}a={way}\r\n{voice}a=sendonly\r\n").description.endswith("a=sendonly\r\n" + PCMA)
    assert chosen(HEAD + voice).description == HEAD + VOICE + PCMA


def test_what_is_said_of_a_format_without_a_name_is_nothing_to_us() -> None:
    """Telephone networks offer G.729 by its number alone, and say more of it (RFC 3551, section 6)."""
    keys = "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
    voice = VOICE.replace("SAVPF 8", "SAVPF 8 18 101")
    described = chosen(HEAD + voice + keys + "a=fmtp:18 annexb=no\r\na=rtcp-fb:18 nack\r\n").description
    assert described == HEAD + voice + PCMA + keys
