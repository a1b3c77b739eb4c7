"""Phone numbers: any spelling to E.164, one key per line, what is dialled, and masking for logs (D11, K3, K6).

``parsing`` reads what people write, ``network`` what networks send, ``dialling`` what an agent calls; ``lines`` says
which numbers are one telephone line. Nothing here loads the library's metadata (40 ms) before a number is read.
"""

from shared.numbers.lines import line_of
from shared.numbers.masking import mask
from shared.numbers.network import as_given, from_network, key_of, known
from shared.numbers.parsing import is_region, lines_in, numbers_in, to_e164
from shared.numbers.withheld import is_withheld

__all__ = [
    "as_given",
    "from_network",
    "is_region",
    "is_withheld",
    "key_of",
    "known",
    "line_of",
    "lines_in",
    "mask",
    "numbers_in",
    "to_e164",
]
