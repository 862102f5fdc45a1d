"""Two versions of a codebook side by side: what came, went and changed, as text and as a page for the team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qualcode.codebook.history import History, difference
from qualcode.codebook.model import BETWEEN, Codebook, Entry, Merge, Split, _Change, mapping_text
from qualcode.errors import CodebookError, nearest
from qualcode.files import newest_date
from qualcode.study import version_key

WORDS = {
    "add": "new",
    "retire": "used no longer",
    "merge": "merged",
    "split": "split",
    "restore": "used again",
    "rename": "another label",
    "move": "another place",
    "redefine": "changed",
}


FIELDS = {  # as people read them
    "full_definition": "definition in full",
    "include": "when to use",
    "exclude": "when not to use",
    "double_code_with": "often together with",
    "aliases": "also called",
    "mappings": "frameworks",
}


@dataclass(frozen=True)
class Changed:
    """One difference: what kind, of which code, what stood before and stands now, and the reason where one is declared."""

    do: str
    code: str
    label: str
    before: str = ""
    after: str = ""
    field: str = ""
    reason: str = ""
    by: str = ""
    date: str = ""


def pick(history: History, version: str) -> Codebook:
    """A version by its number.

    Raises
    ------
    CodebookError
        There is none, with the nearest.
    """
    book = history.get(version)
    if book is None:
        known = [one.version for one in history.versions]
        raise CodebookError(
            f"there is no version {version}.", where=f"codebooks/{history.current.name}", hint=nearest(version, known)
        )
    return book


def compare(history: History, old: Codebook, new: Codebook) -> list[Changed]:
    """Every difference, in the order of the changes' kinds and of the codebook; reasons from the changes in between."""
    between = [
        change
        for book in history.versions
        if version_key(old.version) < version_key(book.version) <= version_key(new.version)
        for change in book.changes
    ]
    found = difference(old, new)
    made: list[Changed] = []

    def add(do: str, code: str, entry: Entry, before: str = "", after: str = "", field: str = "") -> None:
        change = _declared(between, do, code)
        signed = {} if change is None else {"reason": change.reason, "by": change.by, "date": change.date}
        made.append(Changed(do, code, entry.label, before, after, field, **signed))

    for code in found.added:
        again = any(type(c).__name__ == "Restore" and c.code == code for c in between)  # type: ignore[attr-defined]
        add("restore" if again else "add", code, new.codes[code], after=new.codes[code].definition)
    became = _became(between)
    labels = {code: entry.label for book in history.versions for code, entry in book.codes.items()}
    labels |= {code: entry.label for code, entry in new.codes.items()}
    for code in dict.fromkeys(change.code for change in between if isinstance(change, Split)):
        if code in old.codes:
            now = ", ".join(_named(labels, part) for part in _now(code, became, new))
            add("split", code, old.codes[code], old.codes[code].label, now or "(used no longer)")
    split = {change.code for change in between if isinstance(change, Split)}
    for code in found.removed:
        entry = old.codes[code]
        if code in became and code not in split:
            now = ", ".join(_named(labels, part) for part in _now(code, became, new))
            add("merge", code, entry, entry.label, now or "(used no longer)")
        elif code not in split:
            add("retire", code, entry, entry.definition)
    for code in found.renamed:
        add("rename", code, new.codes[code], old.codes[code].label, new.codes[code].label)
    for code in found.moved:
        add("move", code, new.codes[code], _above(old, code), _above(new, code))
    for code, fields in found.redefined.items():
        for field in fields:
            before, after = (shown_field(book.codes[code], field) for book in (old, new))
            add("redefine", code, new.codes[code], before, after, field)
    return made


def diff_text(old: Codebook, new: Codebook, changed: Sequence[Changed]) -> str:
    """The differences as lines of text."""
    lines = [f"{old.name} {old.version} -> {new.version}: {_count(changed)}"]
    for do in WORDS:
        rows = [one for one in changed if one.do == do]
        if rows:
            lines += ["", f"{WORDS[do]}:"]
        for one in rows:
            head = f"  {one.code}  {one.label}" + (f" ({FIELDS.get(one.field, one.field)})" if one.field else "")
            lines.append(head)
            if one.before:
                lines += [f"    - {part}" for part in one.before.split("\n")]
            if one.after:
                lines += [f"    + {part}" for part in one.after.split("\n")]
            if one.reason:
                lines.append(f"    {one.reason} ({one.by}, {one.date})")
    return "\n".join(lines) + "\n"


def diff_docx(path: Path, old: Codebook, new: Codebook, changed: Sequence[Changed], *, notice: str = "") -> None:
    """The differences as a page for the team."""
    from qualcode.reports.docx import Report
    from qualcode.reports.model import Column, PrintedTable, Row

    title = f"Codebook {new.name}: from {old.version} to {new.version}"
    report = Report(title, notice=notice)
    report.title(title)
    if notice:
        report.paragraph(notice, style="Notice")
    report.paragraph(_count(changed).capitalize() + ".")
    columns = [Column("Code", 2.2), Column("Before", 3.5), Column("Now", 3.5), Column("Why", 2.6)]
    rows: list[Row] = []
    for do, word in WORDS.items():
        mine = [one for one in changed if one.do == do]
        if mine:
            rows.append(Row([word.capitalize(), "", "", ""], 0))
        for one in mine:
            name = f"{one.label}\n{one.code}" + (f"\n({FIELDS.get(one.field, one.field)})" if one.field else "")
            why = f"{one.reason}\n{one.by}, {one.date}" if one.reason else ""
            rows.append(Row([name, one.before, one.after, why]))
    report.table(PrintedTable("diff", "What is different", columns, rows, empty="Nothing is different."))
    report.save(path, day=newest_date([one.date for one in changed if one.date], new.date))


def log_text(history: History, released: dict[str, dict[str, str]]) -> str:
    """Every version with its declared changes, newest first."""
    lines: list[str] = []
    for book in reversed(history.versions):
        sign = released.get(book.version)
        state = f"released by {sign['by']} on {sign['date']}" if sign else "not released"
        used = ", in use" if book.version == history.in_use else ""
        lines.append(f"{book.name} {book.version}: {len(book.codes)} entries, {state}{used}")
        for change in book.changes:
            because = f" because of {change.because}" if change.because else ""
            lines.append(f"  {change.date}  {change.by}  {said(change)}: {change.reason}{because}")
        lines.append("")
    return "\n".join(lines)


def said(change: _Change) -> str:
    """A change in words: `merge time, workload into workload`."""
    do = type(change).__name__.lower()
    code = getattr(change, "code", "")
    codes = ", ".join(code) if isinstance(code, list) else str(code)
    to = getattr(change, "to", "")
    if do == "move" and not to:
        return f"{do} {codes} to the top"
    joint = {"merge": "into", "split": "into"}.get(do, "to")
    return f"{do} {codes}" + (f" {joint} {', '.join(to) if isinstance(to, list) else to}" if to else "")


def shown_field(entry: Entry, field: str) -> str:
    """A field of an entry as people read it."""
    value = getattr(entry, field)
    if field == "examples":
        kinds = (("typical", value.typical), ("atypical", value.atypical), ("close, but no", value.close_but_no))
        return "\n".join(f"{kind}: {BETWEEN.join(items)}" for kind, items in kinds if items)
    if field == "mappings":
        return "\n".join(f"{name}: {mapping_text(items)}" for name, items in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)


def _declared(between: Sequence[_Change], do: str, code: str) -> _Change | None:
    """The last change that says this of the code."""
    for change in reversed(between):
        kind = type(change).__name__.lower()
        if (
            isinstance(change, Merge | Split)
            and do == "add"
            and code in ([change.to] if isinstance(change.to, str) else change.to)
        ):
            return change
        if kind != do:
            continue
        named = change.code  # type: ignore[attr-defined]
        if code == named or (isinstance(named, list) and code in named):
            return change
    return None


def _became(between: Sequence[_Change]) -> dict[str, list[str]]:
    """For each code that was merged or split, what it became."""
    made: dict[str, list[str]] = {}
    for change in between:
        if isinstance(change, Merge):
            for code in change.code:
                made.setdefault(code, []).extend([change.to] if code != change.to else [])
        elif isinstance(change, Split):
            made.setdefault(change.code, []).extend(change.to)
    return {code: after for code, after in made.items() if after}


def _now(code: str, became: dict[str, list[str]], new: Codebook) -> list[str]:
    """The codes of the new version that an old one led to, through every merge and split in between."""
    found: list[str] = []
    waiting = [code]
    seen: set[str] = set()
    while waiting:
        at = waiting.pop(0)
        if at in seen:
            continue
        seen.add(at)
        after = became.get(at, [])
        if at in new.codes and (at != code or at in after):
            found.append(at)
        waiting += after
    return found


def _named(labels: dict[str, str], code: str) -> str:
    return f"{labels[code]} [{code}]" if code in labels else code


def _above(book: Codebook, code: str) -> str:
    parent = book.codes[code].parent
    return book.paths[parent] if parent else "(top of the tree)"


def _count(changed: Sequence[Changed]) -> str:
    counts: dict[str, set[str]] = {}
    for one in changed:
        counts.setdefault(one.do, set()).add(one.code)
    return ", ".join(f"{len(codes)} {WORDS[do]}" for do, codes in counts.items()) or "nothing is different"
