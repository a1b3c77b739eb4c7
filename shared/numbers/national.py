"""What the numbering plan of a country says of digits: which are whole numbers, which may be, which are short ones."""

from functools import lru_cache

_SHORT_LENGTHS = {2, 3, 6}
"""Digits of the short numbers that are called; others of the library's are for messages and services of one network."""


def is_written_so(digits: str, region: str | None) -> bool:
    """Whether these are a valid number and all of it: ``87654321`` in Singapore, not ``10011002`` in Finland (010)."""
    import phonenumbers  # its metadata takes 40 ms to load: only who reads a number pays for it

    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return False
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return phonenumbers.is_valid_number(number) and phonenumbers.normalize_digits_only(written) == digits


def is_possible(digits: str, region: str | None) -> bool:
    """Whether these are as many digits as a number of this country has, or one without its area code."""
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False


def is_valid(digits: str, region: str | None) -> bool:
    """Whether these are a number of this country, be it without the zero before it."""
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False


def is_short(digits: str, region: str | None) -> bool:
    """Whether these are a short number that the country itself has, to be called: ``112``, ``116117``, ``911``."""
    import phonenumbers
    from phonenumbers import shortnumberinfo

    if region is None or len(digits) not in _SHORT_LENGTHS:
        return False
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return False
    is_known = shortnumberinfo.is_valid_short_number_for_region(number, region)
    return is_known and not shortnumberinfo.is_sms_service_for_region(number, region)


@lru_cache(maxsize=300)
def has_trunk_zero(region: str | None) -> bool:
    """Whether national numbers of a region are written with a 0 before."""
    from phonenumbers import PhoneMetadata

    metadata = PhoneMetadata.metadata_for_region(region or "", None)
    return metadata is not None and metadata.national_prefix == "0"
