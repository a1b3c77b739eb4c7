"""What a changed organisation file changes."""

from voicecloud.organisation.seed import merge

BEFORE = {
    "Name": "Sales",
    "Numbers": ["+1"],
    "Settings": {"MaxWaitS": 60, "WrapUpS": 5},
    "Members": [{"UserId": "a", "Skill": 1}, {"UserId": "b", "Skill": 1}],
}


def test_an_unchanged_file_changes_nothing() -> None:
    """What the API has made of it stays."""
    stored = {**BEFORE, "Name": "Selling", "Members": []}
    assert merge(stored, BEFORE, BEFORE) == stored


def test_the_latest_change_of_each_field_holds() -> None:
    """What the file changes is as it says, next to what was changed here."""
    stored = {**BEFORE, "Name": "Selling", "Settings": {"MaxWaitS": 90, "WrapUpS": 5, "Record": True}}
    after = {**BEFORE, "Numbers": ["+2"], "Settings": {"MaxWaitS": 60, "WrapUpS": 7}}
    expected = {"Name": "Selling", "Numbers": ["+2"], "Settings": {"MaxWaitS": 90, "WrapUpS": 7, "Record": True}}
    assert merge(stored, BEFORE, after) == {**BEFORE, **expected}


def test_members_are_merged_one_by_one() -> None:
    """Who was switched off or added here stays so; whom the file adds or removes comes or goes."""
    stored = {
        **BEFORE,
        "Members": [{"UserId": "a", "Skill": 1, "Active": False}, *BEFORE["Members"][1:], {"UserId": "c"}],
    }
    after = {**BEFORE, "Members": [BEFORE["Members"][0], {"UserId": "d", "Skill": 2}]}
    merged = merge(stored, BEFORE, after)["Members"]
    assert merged == [{"UserId": "a", "Skill": 1, "Active": False}, {"UserId": "c"}, {"UserId": "d", "Skill": 2}]


def test_a_field_that_the_file_drops_is_gone() -> None:
    """Its default holds again."""
    after = {name: value for name, value in BEFORE.items() if name != "Settings"}
    assert "Settings" not in merge(BEFORE, BEFORE, after)
