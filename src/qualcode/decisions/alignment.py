"""The alignment sheet: what each code of a coder's own is in the common codebook, with what it shares with others' codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from qualcode.codings.carry import NONE
from qualcode.codings.partners import COMMON, LIKE, Pair, Used, pairs, used_codes
from qualcode.decisions.layout import LISTS, code_option
from qualcode.decisions.passage import shortened
from qualcode.decisions.table import ALIGNMENT
from qualcode.decisions.worklist import (
    choices_in,
    dates_in,
    is_pack,
    letter,
    write_facts,
    write_page,
)
from qualcode.files import newest_date, write_zip_document
from qualcode.sheets import help_page, put

PACK, SHEET, PAIRS = "alignment", "Codes to align", "Pairs"
KIND, FILE = ALIGNMENT, "alignment.csv"
NONE_WORD = "none of them"
BEST = 3  # partners listed in a cell
MOST = 5000  # pairs listed
COLUMNS = (  # key, heading, width, whether it is filled in by people
    ("number", "No.", 5, False),
    ("coder", "Coder", 9, False),
    ("code", "Code as the coder has it", 26, False),
    ("definition", "What the coder says of it", 24, False),
    ("mentions", "Men-tions", 7, False),
    ("transcripts", "Tran-scripts", 8, False),
    ("quotes", "Passages", 46, False),
    ("by_text", "Alike by shared text", 38, False),
    ("by_label", "Alike by label", 30, False),
    ("choice", "Common code", 28, True),
    ("parent", "New code belongs under", 22, True),
    ("reason", "Reason", 24, True),
    ("by", "By", 9, True),
    ("on", "Date", 12, True),
    ("about", "Code id", 38, False),
    ("decision", "Decision id", 38, False),
)
PAIR_COLUMNS = (
    ("coder_a", "Coder", 9, False),
    ("code_a", "Code", 36, False),
    ("coder_b", "Coder", 11, False),
    ("code_b", "Code", 36, False),
    ("shared", "Shared text (0 to 1)", 13, False),
    ("passages", "Passages that overlap", 13, False),
    ("label", "Labels alike (0 to 100)", 13, False),
)


@dataclass(frozen=True)
class Sources:
    """The tables that the sheet is made of; `alignment` is table `report_alignment`."""

    codings: pd.DataFrame
    unaligned: pd.DataFrame
    retired: pd.DataFrame
    alignment: pd.DataFrame
    codebook: pd.DataFrame
    texts: Mapping[str, str]


def is_alignment_sheet(path: Path) -> bool:
    """Whether a file is an alignment sheet that qualcode made (also after another program saved it)."""
    return is_pack(path, PACK)


def write_alignment_sheet(
    path: Path, sources: Sources, *, again: bool = False, title: str = "", notice: str = ""
) -> tuple[int, int]:
    """Write the workbook: a row for each code of a coder's own or that the codebook does not know; how to use it; all pairs.

    Parameters
    ----------
    again
        Codes that are aligned already too, filled in.

    Returns
    -------
    The number of codes, and of pairs of codes; nothing is written where there is no code.
    """
    import openpyxl

    table = sources.alignment
    wanted = table if again else table[table["status"].isin(("open", "unknown"))]
    if not len(wanted):
        return 0, 0
    own, common, coded = used_codes(sources.codings, sources.unaligned, sources.retired, table, sources.codebook)
    found = pairs(own, common, coded)
    codes = sources.codebook
    options = [code_option(code, label) for code, label in zip(codes["code"], codes["label"], strict=True)]
    names = {one.key: one for one in own} | {one.key: one for many in common.values() for one in many}
    paths = dict(zip(table["about"], table["own_code"], strict=True))

    book = openpyxl.Workbook()
    page = book.active
    page.title = SHEET
    rows = _rows(wanted, names, found, sources, dict(zip(codes["code"], options, strict=True)))
    write_page(page, COLUMNS, rows, last_printed="on", frozen="D2")
    lists = book.create_sheet(LISTS)
    choices = [*options, NONE_WORD, *_labels(own, codes)]
    for number, option in enumerate(choices, start=1):
        put(lists.cell(number, 1), option)
        if number <= len(options):
            put(lists.cell(number, 2), option)
    new = "Not in the list. A new code may be typed by its label: then import the sheet with --new-codes."
    column = letter(COLUMNS, "choice")
    choices_in(page, f"{LISTS}!$A$1:$A${len(choices)}", [f"{column}2:{column}{len(rows) + 1}"], typed=new)
    if options:
        column = letter(COLUMNS, "parent")
        choices_in(page, f"{LISTS}!$B$1:$B${len(options)}", [f"{column}2:{column}{len(rows) + 1}"], typed=new)
    dates_in(page, COLUMNS, len(rows))
    help_page(book, _help(title, notice, len(rows), bool(options)))
    shown = [
        {
            "coder_a": names[pair.a].coder,
            "code_a": paths[pair.a],
            "coder_b": names[pair.b].coder or "Codebook",
            "code_b": paths.get(pair.b) or code_option(pair.b, names[pair.b].label),
            "shared": "" if pair.shared is None else round(pair.shared, 4),
            "passages": pair.passages,
            "label": round(pair.label),
        }
        for pair in found[:MOST]
    ]
    write_page(book.create_sheet(PAIRS, 2), PAIR_COLUMNS, shown, last_printed="label", frozen="A2")
    version = str(codes["version"].iloc[0]) if len(codes) else ""
    write_facts(book, {"qualcode": PACK, "study": title, "codebook_version": version})
    lists.sheet_state = "hidden"
    write_zip_document(path, book.save, day=newest_date(wanted["on"], sources.unaligned["created"]))
    return len(rows), len(found)


def with_choices(alignment: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Table `report_alignment` with what was decided since the codings were read last."""
    signed = decisions[(decisions["kind"] == KIND) & (decisions["choice"] != "")]
    made = {line["about"]: line for line in signed.to_dict("records")}
    out = alignment.copy()
    for at, row in alignment.iterrows():
        line = made.get(row["about"])
        if line is not None:
            names = ["choice", "reason", "by", "on", "decision"]
            out.loc[at, names] = [line[name] for name in names]
            out.loc[at, "status"] = "none" if line["choice"] == NONE else "aligned"
    return out


def _rows(
    wanted: pd.DataFrame,
    names: Mapping[str, Used],
    found: Sequence[Pair],
    sources: Sources,
    options: Mapping[str, str],
) -> list[dict[str, Any]]:
    partners: dict[str, list[tuple[Pair, Used]]] = {}
    for pair in found:
        partners.setdefault(pair.a, []).append((pair, names[pair.b]))
        if names[pair.b].coder != COMMON:
            partners.setdefault(pair.b, []).append((pair, names[pair.a]))
    rows = []
    for number, line in enumerate(wanted.to_dict("records"), start=1):
        mine = partners.get(line["about"], [])
        others = [(pair, used) for pair, used in mine if used.coder != COMMON]
        common = [(pair, used) for pair, used in mine if used.coder == COMMON]
        choice = str(line["choice"])
        row = {name: line[name] for name in ("coder", "definition", "reason", "by", "on", "about", "decision")}
        row |= {
            "number": number,
            "code": line["own_code"],
            "mentions": int(line["mentions"]),
            "transcripts": int(line["transcripts"]),
            "quotes": "\n\n".join(_quotes(names[line["about"]], sources.texts)),
            "by_text": "\n".join([*_by_text(others, options), *_by_text(common, options)]),
            "by_label": "\n".join([*_by_label(others, options), *_by_label(common, options)]),
            "choice": NONE_WORD if choice == NONE else options.get(choice, choice),
        }
        rows.append(row)
    return rows


def _by_text(partners: Sequence[tuple[Pair, Used]], options: Mapping[str, str]) -> list[str]:
    shared = [(pair, used) for pair, used in partners if pair.passages][:BEST]
    return [
        f"{_name(used, options)}: {pair.shared or 0:.2f} ({pair.passages} "
        f"{'passage overlaps' if pair.passages == 1 else 'passages overlap'})"
        for pair, used in shared
    ]


def _by_label(partners: Sequence[tuple[Pair, Used]], options: Mapping[str, str]) -> list[str]:
    alike = sorted((one for one in partners if one[0].label >= LIKE), key=lambda one: -one[0].label)[:BEST]
    return [f"{_name(used, options)}: {pair.label:.0f}" for pair, used in alike]


def _name(used: Used, options: Mapping[str, str]) -> str:
    """A code as the sheet names it: `KL: Label`, `Codebook: Label [id]`."""
    return f"Codebook: {options.get(used.key, used.key)}" if used.coder == COMMON else f"{used.coder}: {used.label}"


def _quotes(used: Used, texts: Mapping[str, str]) -> list[str]:
    """Two passages under a code, of two transcripts where there are so many."""
    every = [(name, span) for name, spans in used.spans.items() for span in spans]
    first = every[:1]
    rest = [one for one in every[1:] if one[0] != first[0][0]] or every[1:]
    found = []
    for name, (start, end) in [*first, *rest[:1]]:
        whole = (start, end) == (0, len(texts[name]))
        found.append(
            f"{name}: " + ("(the whole transcript)" if whole else shortened(texts[name][start:end], words=100))
        )
    return found


def _labels(own: Sequence[Used], codes: pd.DataFrame) -> list[str]:
    """Labels of coders' own codes, to choose from as names of new codes; those that the codebook has are left out."""
    known = {plain(label) for label in codes["label"]}
    labels: dict[str, str] = {}
    for one in own:
        if one.label and plain(one.label) not in known:
            labels.setdefault(plain(one.label), one.label)
    return [labels[key] for key in sorted(labels)]


def plain(name: str) -> str:
    """A label without regard to case and blanks."""
    return " ".join(str(name).split()).casefold()


def _help(title: str, notice: str, codes: int, codebook: bool) -> list[str]:
    choose = "choose a code of the common codebook; or type, or choose at the end of the list, the label of a new code"
    if not codebook:
        choose = "type the label of the common code, or choose one from the list: there is no codebook yet, so each is a new code"
    return [
        "Codes of coders' own, and what they are in the common codebook",
        *(part for part in (title, notice) if part),
        f"Each row is a code of one coder ({codes} rows). In 'Common code' {choose}; or 'none of them', where the code has no "
        "place in the common codebook.",
        "The same new label in several rows is one new code. 'New code belongs under' says where it stands: a code of the "
        "codebook, or another new label of this sheet; empty: at the top.",
        "A choice needs a name (By) and a date; a reason helps whoever reads this next year. Leave the choice empty where you "
        "do not decide today.",
        "'Alike by shared text': of the text that either code was given to, in transcripts in which both coders have codings, the "
        "share that both were given to (Jaccard: 1 all of it, 0 nothing), and how many of their passages overlap.",
        f"'Alike by label': how alike the labels are (0 to 100, rapidfuzz token_sort_ratio), from {LIKE:.0f} on. Alike is not "
        "the same: read the passages.",
        f"The sheet '{PAIRS}' lists the pairs of codes that share text or a label, best first (the first {MOST}).",
        "Save as .xlsx; then: qualcode import FILE.xlsx (with new codes: qualcode import FILE.xlsx --new-codes)",
        "This workbook holds words of participants. Share it only within the team.",
    ]
