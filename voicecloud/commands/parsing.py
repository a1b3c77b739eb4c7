"""What the commands are called and take (docs/voice-cloud-settings.md)."""

from argparse import ArgumentParser, FileType

from voicecloud.organisation.model import Role

Sub = ArgumentParser


def parser() -> ArgumentParser:
    made = ArgumentParser(prog="python -m voicecloud", description="Changes act within seconds on a running process.")
    kinds = made.add_subparsers(dest="kind", required=True)
    _users(kinds.add_parser("users", help="people and programs with an account"))
    _pools(kinds.add_parser("pools", help="service pools with their numbers and members"))
    _lists(kinds.add_parser("lists", help="callback lists"))
    return made


def _users(users: Sub) -> None:
    deeds = users.add_subparsers(dest="deed", required=True)
    deeds.add_parser("list", help="all users")
    for deed, text in (("create", "add a user; a password is read from standard input"), ("change", "change a user")):
        one = deeds.add_parser(deed, help=text)
        one.add_argument("user", help="user name, an e-mail address")
        for name in ("first-name", "last-name", "work-number", "mobile-number"):
            one.add_argument(f"--{name}")
        one.add_argument("--role", action="append", choices=[role.value for role in Role], help="may be repeated")
        if deed == "create":
            one.add_argument("--no-password", action="store_true", help="for who never signs in with one")
        else:
            one.add_argument("--user-name", help="the new user name")
    for deed, text in (
        ("password", "set a password, read from standard input; keys are revoked"),
        ("revoke", "revoke all secret keys and tokens of a user"),
        ("remove", "remove a user, from pools too"),
    ):
        deeds.add_parser(deed, help=text).add_argument("user")


def _pools(pools: Sub) -> None:
    deeds = pools.add_subparsers(dest="deed", required=True)
    deeds.add_parser("list", help="all pools")
    for deed in ("create", "change"):
        one = deeds.add_parser(deed, help=f"{deed} a pool")
        one.add_argument("pool", help="its name" if deed == "create" else "its id or name")
        if deed == "change":
            one.add_argument("--name")
        one.add_argument("--number", action="append", help="E.164, may be repeated; replaces those it had")
        one.add_argument("--settings", type=FileType(encoding="utf-8"), help="JSON of the settings to replace; - reads")
    for deed in ("add-member", "remove-member"):
        one = deeds.add_parser(deed, help="who serves a pool")
        one.add_argument("pool")
        one.add_argument("user")
        if deed == "add-member":
            one.add_argument("--skill", type=int, default=1)
    deeds.add_parser("remove", help="remove a pool; who waits in it goes where its overflow leads").add_argument("pool")


def _lists(lists: Sub) -> None:
    deeds = lists.add_subparsers(dest="deed", required=True)
    deeds.add_parser("list", help="all callback lists")
    deeds.add_parser("create", help="add a list").add_argument("list")
    change = deeds.add_parser("change", help="rename a list")
    change.add_argument("list", help="its id or name")
    change.add_argument("--name", required=True)
    deeds.add_parser("remove", help="remove a list that no pool feeds; its callbacks stay stored").add_argument("list")
