"""Route templates of ASP.NET Core as far as Functions use them: parameters, constraints, defaults, catch-all."""

import re
from collections.abc import Callable, Mapping
from uuid import UUID

_PARAMETER = re.compile(
    r"\{(?P<stars>\*{0,2})(?P<name>\w+)(?P<constraints>(?::[^{}?=]+)*)(?:=(?P<default>[^{}]*))?(?P<optional>\??)\}"
)
_CONSTRAINT = re.compile(r":(?P<name>\w+)(?:\((?P<argument>.*?)\))?(?=:|$)")


class RouteError(ValueError):
    """The template cannot be read, or asks for a constraint that there is not."""


def _is_guid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda text: compiled.fullmatch(text) is not None


def _integer(bits: int) -> Callable[[str], bool]:
    limit = 2 ** (bits - 1)
    return lambda text: _INTEGER(text) and -limit <= int(text) < limit


_INTEGER = _matches(r"-?\d{1,19}")
_LONG = _integer(64)


PLAIN: Mapping[str, Callable[[str], bool]] = {
    "int": _integer(32),
    "long": _LONG,
    "bool": _matches("true|false"),
    "guid": _is_guid,
    "alpha": _matches("[a-z]*"),
    "decimal": _matches(r"-?\d+(\.\d+)?"),
    "double": _matches(r"-?\d+(\.\d+)?(e[+-]?\d+)?"),
    "float": _matches(r"-?\d+(\.\d+)?(e[+-]?\d+)?"),
    "datetime": _matches(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?)?"),
    "required": bool,
}
WITH_ARGUMENT: Mapping[str, Callable[[str, str], bool]] = {
    "length": lambda text, argument: _within(len(text), argument),
    "minlength": lambda text, argument: len(text) >= int(argument),
    "maxlength": lambda text, argument: len(text) <= int(argument),
    "min": lambda text, argument: _LONG(text) and int(text) >= int(argument),
    "max": lambda text, argument: _LONG(text) and int(text) <= int(argument),
    "range": lambda text, argument: _LONG(text) and _within(int(text), argument),
    "regex": lambda text, argument: re.search(argument, text, re.IGNORECASE) is not None,
}


def _within(number: int, argument: str) -> bool:
    low, _, high = argument.partition(",")
    return int(low) <= number <= int(high or low)


class RouteTemplate:
    """One template, ``api/calls/{id:guid}``. Matching ignores case and a slash at the end."""

    def __init__(self, template: str) -> None:
        """Raises RouteError."""
        self.template = template
        self._constraints: dict[str, list[tuple[str, str]]] = {}
        self._defaults: dict[str, str] = {}
        pattern = "".join(self._segment(segment) for segment in template.split("/"))
        self._pattern = re.compile(pattern, re.IGNORECASE | re.DOTALL)

    def match(self, path: str) -> dict[str, str] | None:
        """The parameters of a path, or None when it is not this route; missing optional ones are left out."""
        found = self._pattern.fullmatch("/" + path.strip("/") if path.strip("/") else "")
        if not found:
            return None
        values = {name: value for name, value in found.groupdict().items() if value not in {None, ""}}
        for name, constraints in self._constraints.items():
            if name in values and not all(_holds(values[name], *constraint) for constraint in constraints):
                return None
        return {**self._defaults, **values}

    def _segment(self, segment: str) -> str:
        parts: list[str] = []
        end, may_miss = 0, False
        for match in _PARAMETER.finditer(segment):
            parts += [re.escape(segment[end : match.start()]), self._parameter(match)]
            may_miss |= bool(match["stars"] or match["optional"] or match["default"] is not None)
            end = match.end()
        parts.append(re.escape(segment[end:]))
        if re.search(r"[{}]", _PARAMETER.sub("", segment)):
            raise RouteError(f"{self.template!r}: {segment!r} is no segment of a route")
        text = "".join(parts)
        return f"(?:/{text})?" if may_miss else f"/{text}"

    def _parameter(self, match: re.Match[str]) -> str:
        name = match["name"]
        listed = _CONSTRAINT.finditer(match["constraints"])
        self._constraints[name] = [(one["name"], one["argument"] or "") for one in listed]
        if unknown := {one for one, _ in self._constraints[name]} - PLAIN.keys() - WITH_ARGUMENT.keys():
            raise RouteError(f"{self.template!r}: there is no constraint {', '.join(sorted(unknown))}")
        if match["default"] is not None:
            self._defaults[name] = match["default"]
        return f"(?P<{name}>.*)" if match["stars"] else f"(?P<{name}>[^/]+)"


def _holds(text: str, name: str, argument: str) -> bool:
    if name in PLAIN:
        return PLAIN[name](text)
    return WITH_ARGUMENT[name](text, argument)
