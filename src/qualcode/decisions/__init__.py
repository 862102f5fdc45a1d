"""One way to sign: judgements are rows of data/raw/decisions/*.csv; sheets are views of them that are read back."""

from qualcode.decisions.items import Pack, chosen, make_pack
from qualcode.decisions.meeting_in import import_sheet, import_sheets, is_sheet, not_imported, seal_sheet
from qualcode.decisions.sheet_out import write_sheet
from qualcode.decisions.table import CHOICES, append_decisions, parse_other, read_decisions

__all__ = [
    "CHOICES",
    "Pack",
    "append_decisions",
    "chosen",
    "import_sheet",
    "import_sheets",
    "is_sheet",
    "make_pack",
    "not_imported",
    "parse_other",
    "read_decisions",
    "seal_sheet",
    "write_sheet",
]
