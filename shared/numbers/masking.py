"""What a log may show of a number."""

MASKED_DIGITS_SHOWN = 2


def mask(number: str | None) -> str:
    """What a log may show of a number: ``+358401234567`` becomes ``+358*******67``; a withheld one ``withheld``."""
    if not number:
        return "withheld"
    head = 4 if number.startswith("+") else 0
    hidden = len(number) - head - MASKED_DIGITS_SHOWN
    if hidden <= 0:
        return "*" * len(number)
    return number[:head] + "*" * hidden + number[-MASKED_DIGITS_SHOWN:]
