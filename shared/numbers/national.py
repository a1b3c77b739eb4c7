"""Which digits are a whole national number as its country writes it."""


def is_written_so(digits: str, region: str | None) -> bool:
    """Whether these are a valid number and all of it: ``87654321`` in Singapore, not ``10011002`` in Finland (010)."""
    import phonenumbers  # its metadata takes 40 ms to load: only who reads a number pays for it

    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return False
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return phonenumbers.is_valid_number(number) and phonenumbers.normalize_digits_only(written) == digits
