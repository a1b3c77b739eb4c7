from shared.ids import dataverse_id


def test_the_same_cause_always_gives_the_same_key() -> None:
    """A key depends on the environment's host, the kind and the source id, and on nothing else."""
    key = dataverse_id("https://contoso.crm4.dynamics.com", "callback", "42")
    assert key == dataverse_id("https://CONTOSO.crm4.dynamics.com/", "callback", "42")
    assert key != dataverse_id("https://contoso.crm4.dynamics.com", "call", "42")
    assert key != dataverse_id("https://fabrikam.crm4.dynamics.com", "callback", "42")
