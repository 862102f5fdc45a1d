"""One way to sign: judgements are rows of data/raw/decisions/*.csv; sheets are views of them that are read back."""

from qualcode.decisions.sheet_in import import_sheet, is_sheet, not_imported
from qualcode.decisions.sheet_out import write_sheet
from qualcode.decisions.table import CHOICES, append_decisions, parse_other, read_decisions

__all__ = [
    "CHOICES",
    "append_decisions",
    "import_sheet",
    "is_sheet",
    "not_imported",
    "parse_other",
    "read_decisions",
    "write_sheet",
]
