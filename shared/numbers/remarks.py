"""What people write beside a number that is no part of it: prices, opening hours, dates, keys of a conference.

All of these have digits, which read as the end of the number would be somebody else's.
"""

import re

_BEGINS = r"(?<![^\s(\[+])"
_HOUR, _MINUTES = r"(?:[01]?\d|2[0-4])", r"[.:][0-5]\d"
_MONTH, _DAY, _YEAR = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])", r"(?:19|20)\d\d"
_UNIT = r"(?:(?:€|eur(?:oa?)?|snt|ct|cents?|kr|öre)(?![^\W\d_])|[ecp](?=\s*/))(?:\s*/\s*[^\W\d_]+\.?)?"
_REMARKS = re.compile(
    "|".join(
        (
            rf"{_BEGINS}(?:[€$£]\s*)?\d{{1,3}}(?:[.,]\d{{1,2}})?\s*{_UNIT}",
            r"[€$£]\s*\d{1,3}(?:[.,]\d{1,2})?(?![\d.,])(?:\s*/\s*[^\W\d_]+\.?)?",
            rf"{_BEGINS}{_HOUR}{_MINUTES}\s*-\s*{_HOUR}(?:{_MINUTES})?(?![\d.:-])",
            rf"{_BEGINS}{_HOUR}\s*-\s*{_HOUR}{_MINUTES}(?![\d.:-])",
            rf"{_BEGINS}(?:24\s?/\s?7|7\s?/\s?24)(?![\d/-])",
            rf"{_BEGINS}{_YEAR}-{_MONTH}-{_DAY}(?![\d.-])",
            rf"{_BEGINS}{_DAY}\.\s?{_MONTH}\.\s?{_YEAR}(?![\d.-])",
            rf"{_BEGINS}\d{{1,2}}/\d{{1,2}}/{_YEAR}(?![\d/-])",
            r"\s\d{1,2}\.\d{1,2}\.(?=$|\s)",
            r"\s[(\[]\d{1,2}[)\]]$",
        )
    ),
    re.IGNORECASE,
)
_KEYS = re.compile(r"(?:,[\s,]*[\d*][\d* ]*#|(?:,\s*){2,}(?![\s,]*[+0(])[\d*#]+)[\d*#, ]*$")
"""``,,83012345678#``: pressed after the answer, whatever else it could be."""


def without_remarks(text: str) -> str:
    """A cleaned text with a line's end in place of each of them; ``24/7``, ``8,35 snt/min``, ``30.11.2026``."""
    return _REMARKS.sub("\n", _KEYS.sub("", text))
