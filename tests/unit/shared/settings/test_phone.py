from copy import replace

import pytest

from shared.errors import InvalidInput
from shared.settings.phone import EVERY_PAGE, CustomerNames, PhoneSettings


def test_a_row_that_says_nothing_has_the_defaults() -> None:
    """Taking over on wish, framed by the environment only, no links, recorded on all pages."""
    assert PhoneSettings.from_document({}) == PhoneSettings(True, (), "", ())


@pytest.mark.parametrize("pages", ["etn=invoice", [""], [" "], [5], {"etn": "invoice"}])
def test_pages_that_are_not_recorded_are_named_by_a_list(pages: object) -> None:
    """An empty name would be part of every address."""
    assert PhoneSettings.from_document({"unrecorded_pages": ["etn=invoice"]}).unrecorded_pages == ("etn=invoice",)
    with pytest.raises(InvalidInput, match="invalid-setting"):
        PhoneSettings.from_document({"unrecorded_pages": pages})


@pytest.mark.parametrize(
    "origin",
    ["https://contoso.crm4.dynamics.com", "https://*.dynamics.com", "http://localhost:7300", "https://a.example:8443"],
)
def test_origins_may_frame_the_phone(origin: str) -> None:
    """They are https addresses or addresses of the machine itself."""
    assert PhoneSettings.from_document({"frame_ancestors": [origin]}).frame_ancestors == (origin,)


@pytest.mark.parametrize(
    "document",
    [
        {"take_over": "yes"},
        {"frame_ancestors": "https://contoso.crm4.dynamics.com"},
        {"frame_ancestors": ["*"]},
        {"frame_ancestors": ["http://contoso.crm4.dynamics.com"]},
        {"frame_ancestors": ["https://contoso.crm4.dynamics.com/main.aspx"]},
        {"frame_ancestors": ["https://a.example; script-src *"]},
        {"voice_center_url": "javascript:alert(1)"},
        {"voice_center_url": 5},
    ],
)
def test_what_would_open_the_phone_to_others_is_refused(document: dict[str, object]) -> None:
    """Anything but an origin would change the page's policy; anything but https could run in it."""
    with pytest.raises(InvalidInput, match="invalid-setting"):
        PhoneSettings.from_document(document)


GOOD = {
    "take_over": False,
    "frame_ancestors": ["https://contoso.crm4.dynamics.com"],
    "voice_center_url": "https://center.example",
    "unrecorded_pages": ["etn=invoice"],
    "customer_names": "everybody",
}


@pytest.mark.parametrize(
    ("field", "value", "safe"),
    [
        ("take_over", "no", True),
        ("frame_ancestors", ["*"], ()),
        ("voice_center_url", "javascript:alert(1)", ""),
        ("unrecorded_pages", "etn=invoice", EVERY_PAGE),
        ("customer_names", ["everybody"], CustomerNames.READABLE),
    ],
)
def test_of_a_row_with_a_fault_all_else_holds(field: str, value: object, safe: object) -> None:
    """One wrong field has its safe value: which pages are not to be recorded is not known, so none is."""
    read = PhoneSettings.as_far_as_readable({**GOOD, field: value})
    assert read == replace(PhoneSettings.from_document(GOOD), **{field: safe})


@pytest.mark.parametrize("document", [None, [], "etn=invoice", 7])
def test_of_a_row_that_is_no_object_nothing_is_known(document: object) -> None:
    """The defaults, and no page is recorded."""
    assert PhoneSettings.as_far_as_readable(document) == PhoneSettings(unrecorded_pages=EVERY_PAGE)
