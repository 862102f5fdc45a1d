"""Every table's columns, types and keys: what passes between the stages, and what people get.

Text columns hold text and never a missing value (nothing is the empty string); whole numbers that may be
missing are `Int64`; other numbers are `float64` with NaN. Several values in one cell are joined by `;`, sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from qualcode.errors import QualcodeError
from qualcode.files import write_atomically

TEXT, WHOLE, NUMBER, YESNO = "str", "Int64", "float64", "bool"


@dataclass(frozen=True)
class Table:
    """A table's name, what one row is, its columns with their types, and the columns that sort and identify a row."""

    name: str
    row: str
    columns: dict[str, str]
    key: tuple[str, ...] = ()
    kind: str = "processed"  # raw (people write it), processed (Parquet between stages), report (CSV for people)
    extra: bool = False  # further columns are kept (a study's own attributes)
    note: str = ""
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)  # the values a column may have

    def empty(self) -> pd.DataFrame:
        """The table with no rows."""
        return self.shape(pd.DataFrame())

    def shape(self, data: pd.DataFrame | Iterable[dict[str, object]]) -> pd.DataFrame:
        """`data` with this table's columns in their order and types (missing columns empty), rows in key order."""
        frame = data if isinstance(data, pd.DataFrame) else pd.DataFrame(list(data))
        made: dict[str, pd.Series] = {}
        for name, kind in self.columns.items():
            given = frame[name] if name in frame.columns else pd.Series([None] * len(frame), index=frame.index)
            made[name] = _typed(given, kind)
        if self.extra:
            for name in frame.columns:
                if name not in made and not str(name).startswith("_"):
                    made[str(name)] = _typed(frame[name], TEXT)
        out = pd.DataFrame(made)
        if self.key and len(out):
            out = out.sort_values(list(self.key), kind="stable")
        return out.reset_index(drop=True)


def _typed(values: pd.Series, kind: str) -> pd.Series:
    if kind == TEXT:
        return values.astype(object).where(values.notna(), "").astype(str).astype(object)
    if kind == WHOLE:
        return pd.to_numeric(values.replace("", None)).astype("Int64")
    if kind == NUMBER:
        return pd.to_numeric(values.replace("", None)).astype("float64")
    return values.astype(object).where(values.notna(), False).astype(bool)


def _table(name: str, row: str, columns: str, key: str = "", **more: object) -> Table:
    """`columns` is 'name name:whole name:number name:yesno'; text unless said."""
    kinds = {"whole": WHOLE, "number": NUMBER, "yesno": YESNO, "text": TEXT}
    pairs = [part.partition(":") for part in columns.split()]
    return Table(
        name,
        row,
        {column: kinds[kind or "text"] for column, _, kind in pairs},
        tuple(key.split()),
        **more,  # type: ignore[arg-type]
    )


SESSION_KINDS = ("interview", "focus_group", "document", "board", "survey", "member_check")
MEMO_KINDS = ("analytic", "reflexive", "expectation", "meeting", "field", "")
DIRECTIONS = ("facilitator", "barrier", "mixed", "neutral", "")

_CHANGED = (
    "about kind transcript start:whole end:whole coder code status change why sha256_from start_from:whole end_from:whole "
    "choice reason by on decision source row:whole"
)
_CHANGED_WORDS = {
    "kind": ("coding", "assignment", "decision", "memo"),
    "status": ("open", "noted", "confirmed", "adjusted", "dropped"),
    "change": ("words", "signs", "moved", "gone"),
}

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        # ---- what people write, under data/raw/
        _table(
            "sessions",
            "one meeting or source",
            "session date kind phase mode interviewers participants minutes:number language files status",
            "session",
            kind="raw",
            extra=True,
            words={"kind": SESSION_KINDS, "status": ("done", "planned", "withdrawn")},
        ),
        _table(
            "participants", "one person", "participant group consent withdrawn", "participant", kind="raw", extra=True
        ),
        _table(
            "speakers",
            "one voice in one session",
            "session speaker participant role",
            "session speaker",
            kind="raw",
            words={"role": ("participant", "interviewer", "other", "")},
        ),
        _table(
            "translations",
            "one transcript that is a translation of another",
            "transcript translation_of language translator",
            "transcript",
            kind="raw",
            note="transcripts by their ids",
        ),
        _table(
            "assignments",
            "one stretch that one coder was to read",
            "transcript coder round start:whole end:whole sha256_text saw codes done",
            "transcript coder round start",
            kind="raw",
        ),
        _table(
            "decisions",
            "one judgement",
            "decision kind about choice value reason by on supersedes",
            "decision",
            kind="raw",
        ),
        _table("memos", "one note", "memo kind about author date text", "memo", kind="raw", words={"kind": MEMO_KINDS}),
        # ---- between the stages, under data/processed/
        _table(
            "transcripts",
            "one transcript",
            "transcript session language translation_of translator source_format text_rule:whole sha256_raw sha256_text "
            "speakers:whole turns:whole words:whole seconds:number file date",
            "transcript",
        ),
        _table(
            "turns",
            "one stretch of one speaker",
            "transcript turn:whole speaker participant role start:whole end:whole start_s:number end_s:number source_turn",
            "transcript turn",
            words={"role": ("participant", "interviewer", "other")},
        ),
        _table(
            "edits",
            "one changed stretch between an earlier text of a transcript and the present one",
            "transcript sha256_from start_from:whole end_from:whole sha256_to start_to:whole end_to:whole why left:whole "
            "right:whole",
            "transcript sha256_from start_from",
            note="the same change may as well stand up to `left` characters before or `right` behind",
            words={"why": ("identifier", "correction", "reader", "withdrawn")},
        ),
        _table(
            "segments",
            "one unit",
            "transcript segment:whole turn:whole start:whole end:whole",
            "transcript segment",
        ),
        _table(
            "codebook",
            "one entry of the codebook in use, in the codebook's own order (parents before children)",
            "position:whole code label kind parent depth:whole path definition full_definition include exclude "
            "example_typical example_atypical example_close_but_no direction colour double_code_with origin notes "
            "mappings version name aliases",
            "position",
        ),
        _table(
            "codings",
            "one code on one span by one coder",
            "coding transcript scope start:whole end:whole code code_as_coded coder codebook_version sha256_text "
            "direction memo created origin source anchored",
            "transcript start end code coder coding",
            words={
                "scope": ("span", "transcript"),
                "direction": DIRECTIONS,
                "origin": ("human", "machine"),
                "anchored": ("as_given", "calibrated", "by_text"),
            },
        ),
        _table(
            "refused",
            "one coding that could not be placed",
            "file row:whole transcript start:whole end:whole code coder cause hint",
            "file row",
        ),
        _table(
            "splits",
            "one coding whose code was split in a later version of the codebook, and what it became",
            "coding transcript scope start:whole end:whole code candidates coder version direction memo origin choice by "
            "on decision status",
            "transcript start end coder coding",
            note="code is the old one; an open one is not in table codings",
            words={"status": ("open", "decided", "none")},
        ),
        _table(
            "unaligned",
            "one coding that waits until its code is aligned to the codebook",
            "coding transcript scope start:whole end:whole code_as_coded own_code coder sha256_text direction memo created "
            "origin source anchored why about",
            "transcript start end coder own_code coding",
            note="about is the coder's code; why unknown: the codebook does not know the code, and the coding was refused",
            words={"why": ("own", "unknown")},
        ),
        _table(
            "retired",
            "one coding that the codebook in use has no code for",
            "coding transcript scope start:whole end:whole code code_as_coded coder codebook_version direction memo "
            "created origin source why changed_in",
            "transcript start end code coder coding",
            words={"why": ("retired", "none")},
        ),
        _table(
            "changed_codings",
            "one coding, stretch that a coder was to read, or passage that a memo is about, whose text changed since",
            _CHANGED,
            "transcript start_from end_from about",
            words=_CHANGED_WORDS,
        ),
        _table(
            "tool_memos",
            "one memo that a tool keeps beside its codings",
            "memo kind about author date text title unknown source",
            "source memo",
            note="about holds ids of the study: transcripts, `TRANSCRIPT start-end`, codes, codings, and names of cases; "
            "unknown what else the tool says it is about",
            words={"kind": MEMO_KINDS},
        ),
        _table(
            "cases",
            "one thing that belongs to a case of a tool: a transcript, a part of one, or what a code codes",
            "source case transcript scope start:whole end:whole code document reason",
            "source case transcript start end code document",
            note="a case that the tool says no more of has one row without scope; reason says why a part has no place",
            words={"scope": ("span", "transcript", "code", "")},
        ),
        _table(
            "attributes",
            "one attribute of a case or of a document of a tool",
            "source of name attribute type value transcript",
            "source of name attribute",
            words={"of": ("case", "document")},
        ),
        _table(
            "consensus",
            "one agreed code on one span",
            "coding transcript scope start:whole end:whole code direction codebook_version how coders from_codings "
            "decision",
            "transcript start end code",
            words={"how": ("single", "unanimous", "adjudicated")},
        ),
        _table(
            "memberchecks_log",
            "one answer to one thing shown",
            "check round kind participant session theme codebook_version sent answered response comment decision",
            "round participant theme check",
        ),
        _table(
            "topic_segments",
            "one segment with the topic it fell into",
            "transcript segment:whole start:whole end:whole topic:whole certainty:number representative:whole role",
            "transcript segment",
        ),
        _table(
            "topic_list",
            "one topic",
            "topic:whole words segments:whole transcripts:whole stability:number largest_share:number flag",
            "topic",
        ),
        # ---- what people get, reports/tables/NAME.csv: first columns as in the contract, more to the right
        _table(
            "report_participants",
            "one level of one attribute",
            "variable level group n:whole percent:number N:whole kind value_number:number",
            kind="report",
        ),
        _table(
            "report_replacements",
            "one identifier that was replaced",
            "transcript start:whole end:whole kind action replacement why in_label:yesno look by on",
            "transcript start",
            kind="report",
            note="offsets in the text without names; what stood there is not in it",
            words={
                "kind": ("person", "place", "organisation", "date", "contact", "number", "role", "other"),
                "action": ("pseudonym", "generalise", "mark"),
            },
        ),
        _table(
            "report_sessions",
            "one session",
            "session date kind mode participants minutes:number language status phase files words:whole",
            "session",
            kind="report",
        ),
        _table(
            "report_transcripts",
            "one transcript as read",
            "transcript session file source_format turns:whole speakers:whole words:whole seconds:number language "
            "labels warnings pattern marks language_from translation_of",
            "transcript",
            kind="report",
        ),
        _table(
            "report_imports",
            "one codings file as read",
            "file kind coder rows:whole kept:whole as_given:whole calibrated:whole by_text:whole collapsed:whole "
            "refused:whole open_split:whole retired:whole unaligned:whole dropped:whole",
            "file coder",
            kind="report",
        ),
        _table(
            "report_import_codes",
            "one code as a codings file names it, of one coder",
            "file coder under code_as_coded code rows:whole kept:whole collapsed:whole refused:whole open_split:whole "
            "retired:whole unaligned:whole dropped:whole",
            "file coder under code_as_coded code",
            kind="report",
            note="rows is what the program that the file comes from counts",
        ),
        _table(
            "report_alignment",
            "one code of a coder's own, or one that the codebook does not know, and the common code that it is",
            "coder own_code status code mentions:whole transcripts:whole definition choice reason by on decision file about "
            "code_as_coded",
            "coder own_code file about",
            kind="report",
            words={"status": ("open", "aligned", "none", "unknown")},
        ),
        _table(
            "report_carried",
            "one change of the codebook that met codings made under an earlier version",
            "version change code to codings:whole open:whole coders",
            kind="report",
        ),
        _table(
            "report_changed",
            "one coding, stretch that a coder was to read, decision with a span, or passage that a memo is about, whose text "
            "changed since it was made",
            _CHANGED,
            "transcript start_from end_from about",
            kind="report",
            note="start and end are in the present text, empty where the words were taken out; start_from and end_from in the "
            "text of sha256_from; status open: somebody must look, noted: nobody need",
            words=_CHANGED_WORDS,
        ),
        _table(
            "report_themes",
            "one theme or subtheme",
            "theme subtheme definition mentions:whole participants:whole participants_percent:number eligible:whole "
            "code label depth:whole facilitator:whole barrier:whole mixed:whole neutral:whole transcripts:whole "
            "unattributed:whole quote quote_participant quote_approved kind",
            kind="report",
            note="in codebook order; a mention is one coded span, so a parent's mentions are the sum of its own and its "
            "children's (a passage with two codes counts twice), and its participants are the union",
        ),
        _table(
            "report_quotes",
            "one quote offered to readers",
            "quote theme participant transcript start:whole end:whole text approved code label group direction rank:whole "
            "subtheme language original translation",
            kind="report",
        ),
        _table(
            "report_definitions",
            "one cell of the definitions matrix",
            "group participants element text status from_codings decision",
            kind="report",
            words={"status": ("given", "not_familiar", "not_asked")},
        ),
        _table(
            "report_agreement",
            "one coefficient over all codes",
            "coefficient scope unit rule universe coders round n_units:whole n_transcripts:whole estimate:number "
            "ci_low:number ci_high:number ci_method reason ci_these_low:number ci_these_high:number codes:whole "
            "below_667:number below_800:number uncoded undefined:whole below remarks",
            kind="report",
        ),
        _table(
            "report_agreement_by_code",
            "one coefficient of one code",
            "code coefficient scope unit rule universe coders round n_units:whole n_transcripts:whole estimate:number "
            "ci_low:number ci_high:number ci_method reason both:whole only_a:whole only_b:whole neither:whole "
            "ci_these_low:number ci_these_high:number label below_667:number below_800:number positive_agreement:number "
            "negative_agreement:number pabak:number prevalence_index:number bias_index:number uncoded undefined:whole below "
            "remarks n_coded:whole passages_met:number length_shared:number design_effect:number",
            kind="report",
        ),
        _table(
            "report_agreement_by_scope",
            "one coefficient, pooled over all codes, of one pair of coders, of all coders but one, of one transcript, group of "
            "participants, round, time, set of codebook versions, or of a coder and another side",
            "coefficient scope about unit rule universe coders round n_units:whole n_transcripts:whole estimate:number "
            "ci_low:number ci_high:number ci_method reason ci_these_low:number ci_these_high:number codes:whole "
            "below_667:number below_800:number uncoded undefined:whole below remarks",
            kind="report",
            words={"scope": ("pair", "without", "transcript", "group", "round", "time", "version", "side")},
        ),
        _table(
            "report_agreement_differences",
            "one difference of a coefficient between two codes, pairs of coders, rounds, groups, times or versions",
            "kind a b coefficient unit rule universe coders round estimate_a:number estimate_b:number difference:number "
            "ci_low:number ci_high:number ci_method reason ci_these_low:number ci_these_high:number undefined:whole uncoded",
            kind="report",
            words={"kind": ("code", "pair", "without", "group", "round", "time", "version")},
            note="a minus b; of codes each one's own codings, of the others all codes pooled",
        ),
        _table(
            "report_agreement_diagnosis",
            "one reason why text counted for agreement or did not, in one transcript or in all",
            "transcript counted why characters:whole percent:number units:whole unit",
            kind="report",
            words={"counted": ("yes", "in part", "no")},
            note="the characters of a transcript add up to its text",
        ),
        _table(
            "report_agreement_confusion",
            "one code of one coder where the other gave one code",
            "coder_a coder_b code_a code_b unit n:whole label_a label_b",
            kind="report",
            note="an empty code: the other gave no other code there; a code with itself: both gave it",
        ),
        _table(
            "report_agreement_ratings",
            "one coefficient of raters on the strength of a framework's constructs",
            "framework version coefficient raters weights n_units:whole n_cases:whole estimate:number ci_low:number "
            "ci_high:number ci_method reason ci_these_low:number ci_these_high:number",
            kind="report",
        ),
        _table(
            "report_disagreements",
            "one disagreement",
            "disagreement kind transcript start:whole end:whole code_a code_b coder_a coder_b decision choice "
            "direction_a direction_b coding_a coding_b status rank:whole codes_at_stake participants_at_stake:whole "
            "mentions_at_stake:whole directions_at_stake:whole observed_share:number observed_share_a:number "
            "observed_share_b:number",
            kind="report",
            note="by place; rank 1 is what to look at first",
            words={"kind": ("presence", "boundary", "sibling", "cousin", "far", "direction", "missed")},
        ),
        _table(
            "report_agreement_before_after",
            "one coefficient of all codes together or of one code, before discussion and after it",
            "coefficient scope code unit rule universe coders round n_units:whole n_transcripts:whole before:number after:number "
            "change:number before_ci_low:number before_ci_high:number after_ci_low:number after_ci_high:number ci_method "
            "reason_before reason_after before_ci_these_low:number before_ci_these_high:number after_ci_these_low:number "
            "after_ci_these_high:number label decided:whole open:whole uncoded remarks",
            kind="report",
            note="decided and open: disagreements about a code or passage",
        ),
        _table(
            "report_rulings",
            "one kind of ruling on disagreements: by whom, about what kind, how, and whose side stood",
            "by kind choice stood n:whole with_reason:whole first last",
            "by kind choice stood",
            kind="report",
            words={"choice": ("keep", "both", "neither", "other", "open", "suggested")},
        ),
        _table(
            "report_readings",
            "one coder's readings of one code (or all), and what became of those that were disputed",
            "coder code about readings:whole disputed:whole stood:whole replaced:whole fell:whole open:whole silences:whole "
            "silences_stood:whole silences_fell:whole silences_open:whole",
            kind="report",
            words={"about": ("passage", "direction")},
            note="an empty code: all codes; stood, replaced, fell and open add up to disputed",
        ),
        _table(
            "report_codebook_lessons",
            "one code that coders disagreed about",
            "code label disagreements:whole open:whole presence:whole missed:whole boundary:whole other_code:whole "
            "direction:whole observed_share:number stood:whole fell:whole confused_with change draft",
            kind="report",
            note="the code that causes most disagreement first; drafts are never applied by themselves",
        ),
        _table(
            "report_agreement_tools",
            "one figure as another program prints it",
            "tool figure code transcript coders value:number what reason checked",
            kind="report",
            words={"checked": ("worked figure", "described")},
            note="checked says whether the program's own worked figures are reproduced, or its description alone is known",
        ),
        _table(
            "report_review",
            "one share or coefficient of one reviewer of others' codings, over all codes or of one code",
            "coefficient scope code coder reviewer round reviewed:whole confirmed:whole changed:whole rejected:whole "
            "added:whole estimate:number ci_low:number ci_high:number ci_method reason changed_code:whole changed_span:whole "
            "changed_direction:whole not_reviewed:whole n:whole of:whole n_transcripts:whole label ci_transcripts_low:number "
            "ci_transcripts_high:number ci_transcripts_method",
            kind="report",
            words={"scope": ("all", "code")},
            note="estimate is n / of; coder is whose codings were seen; reviewed = confirmed + changed + rejected, and one "
            "coding may be changed in several ways",
        ),
        _table(
            "report_review_codings",
            "one coding that a reviewer saw, or added",
            "reviewer coder transcript coding code start:whole end:whole verdict changed code_of_reviewer "
            "start_of_reviewer:whole end_of_reviewer:whole coding_of_reviewer reason decision round source",
            "reviewer coder transcript start end code coding",
            kind="report",
            words={
                "verdict": ("confirmed", "changed", "rejected", "added", "not_reviewed"),
                "source": ("sheet", "codings"),
            },
        ),
        _table(
            "report_training",
            "one code of one coder in one round, held against somebody else's or the consensus",
            "coder against round code label n_units:whole percent_agreement:number positive_agreement:number "
            "cohen_kappa:number reason both:whole only_coder:whole only_against:whole neither:whole found:whole "
            "other_passage:whole other_code:whole missed:whole beyond:whole n_transcripts:whole",
            kind="report",
            note="units first, then passages: of those of `against` found, found on other words, with another code, and missed; "
            "beyond are the coder's own that stand for none",
        ),
        _table(
            "report_cooccurrence",
            "one pair of codes in the same unit",
            "code_a code_b unit n:whole jaccard:number label_a label_b n_a:whole n_b:whole",
            "code_a code_b",
            kind="report",
        ),
        _table(
            "report_saturation",
            "one transcript in order of collection",
            "order:whole transcript date new:whole cumulative:whole base run_ratio:number verdict new_codes settings flag",
            "order",
            kind="report",
        ),
        _table(
            "report_topics",
            "one suggested topic",
            "topic:whole words segments:whole transcripts:whole code overlap:number label share:number "
            "stability:number flag representative",
            "topic",
            kind="report",
        ),
        _table(
            "report_constructs",
            "one construct in one direction",
            "framework version construct direction mentions:whole participants:whole quote code domain name subconstruct "
            "participants_percent:number eligible:whole quote_participant codes quote_approved lasting level",
            kind="report",
        ),
        _table(
            "report_leaks",
            "one place in an output where something stands that may not leave",
            "file place kind key_row sure",
            "file place kind key_row",
            kind="report",
            words={"sure": ("yes", "no")},
            note="never the word itself; not sure: a word, or half of another name, which somebody should look at",
        ),
        _table(
            "report_theme_by_participant",
            "one code in one participant's speech (parents hold their children's)",
            "code participant label depth:whole mentions:whole",
            kind="report",
            note="in codebook order; participants with no mention at all are listed with 0",
        ),
        _table(
            "report_memberchecks",
            "one response to one theme",
            "round theme response participants:whole comments:whole label shown:whole",
            kind="report",
        ),
    )
}


def read(name: str, path: str | Path) -> pd.DataFrame:
    """A processed table (Parquet) or a report table (CSV), with its columns and types."""
    path = Path(path)
    table = TABLES[name]
    if path.suffix == ".parquet":
        return table.shape(pd.read_parquet(path))
    return table.shape(pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8"))


def write(name: str, data: pd.DataFrame, path: str | Path) -> None:
    """Write a table: Parquet or CSV by the file's ending; same input, same bytes; the old file stays until the new is whole."""
    path = Path(path)
    table = TABLES[name]
    shaped = table.shape(data)
    _check_words(table, shaped)
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        arrow = pa.Table.from_pandas(shaped, preserve_index=False).replace_schema_metadata(None)
        write_atomically(path, lambda temporary: pq.write_table(arrow, temporary, compression="zstd"))
    else:
        text = shaped.to_csv(index=False, lineterminator="\n")
        write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8", newline="\n"))


@contextmanager
def streamed(name: str, path: str | Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Write a table (Parquet) a part at a time: call what is given with rows, shaped and in the order of the table's key.

    The file is put in place at the end, and not at all where an error goes through.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path, table = Path(path), TABLES[name]
    kinds = {TEXT: pa.string(), WHOLE: pa.int64(), NUMBER: pa.float64(), YESNO: pa.bool_()}
    schema = pa.schema([(column, kinds[kind]) for column, kind in table.columns.items()])
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    try:
        with pq.ParquetWriter(temporary, schema, compression="zstd") as writer:

            def add(rows: pd.DataFrame) -> None:
                _check_words(table, rows)
                writer.write_table(pa.Table.from_pandas(rows, schema=schema, preserve_index=False))

            yield add
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _check_words(table: Table, shaped: pd.DataFrame) -> None:
    for column, allowed in table.words.items():
        odd = set(shaped[column]) - set(allowed)
        if odd:
            raise ValueError(f"table {table.name}: column {column} may not hold {sorted(odd)}")


def split(cell: str) -> list[str]:
    """The values of a cell that may hold several (`a; b`), in their order, without blanks."""
    return [part.strip() for part in str(cell).split(";") if part.strip()]


def join(values: Iterable[str]) -> str:
    """Several values in one cell: distinct, sorted, joined by `;`."""
    return ";".join(sorted({str(value) for value in values if str(value)}))


def known(name: str) -> Table:
    """The table called `name`, or an error that says which there are."""
    if name not in TABLES:
        from qualcode.errors import nearest

        raise QualcodeError(f"there is no table called '{name}'.", hint=nearest(name, TABLES))
    return TABLES[name]
