"""A sheet's answers held against the study: is the disagreement known, is the code, where do the pasted words stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import pandas as pd

from qualcode.codings.anchor import Refusal, folded_text
from qualcode.decisions.answers import Answer, Filled
from qualcode.decisions.items import DIRECTIONS, TEXT_MARK, pack_id, text_marks
from qualcode.decisions.layout import SILENT_CHOICES, WORD_OF, bracketed
from qualcode.decisions.passage import located, shortened, window
from qualcode.decisions.spans import present_decisions
from qualcode.decisions.table import all_rows, parse_other
from qualcode.errors import DecisionsError, Problem, Problems, nearest, together
from qualcode.study import Study
from qualcode.tables import read
from qualcode.transcripts.kept import kept_text
from qualcode.transcripts.made_on import mark, read_made_on

CONTEXT = 30  # words, where a sheet does not say how many it shows
FEW = 3  # disagreements that are no more, up to which each is named
QUOTED = 6  # words in a row of a transcript from which on a reason quotes it


class Held:
    """What the last run knows, read when it is asked for."""

    def __init__(self, study: Study, where: str) -> None:
        self.study = study
        table, codebook = study.reports / "tables" / "disagreements.csv", study.processed / "codebook.parquet"
        if not table.is_file() or not codebook.is_file():
            hint = "Make them with `qualcode run --until consensus`, then import the sheet again."
            raise DecisionsError("the study's disagreements have not been made yet.", where=where, hint=hint)
        self.table = read("report_disagreements", table)
        rows = self.table.to_dict("records")
        codes = read("codebook", codebook)
        self.labels: dict[str, str] = dict(zip(codes["code"], codes["label"], strict=True))
        self.known = {str(row["disagreement"]): {str(k): v for k, v in row.items()} for row in rows}
        self.warnings: list[Problem] = []
        self._unknown: list[Answer] = []
        self._texts: dict[str, str] = {}
        self._runs: dict[str, set[tuple[str, ...]]] = {}

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """The decisions in force as sheets made now show them."""
        return present_decisions(self.study, self.table)

    @cached_property
    def _shown(self) -> dict[str, str]:
        """The `value` of each decision in force, as sheets made now show it."""
        return dict(zip(self.decisions["decision"], self.decisions["value"], strict=True))

    def text(self, transcript: str) -> str:
        """A transcript's present text."""
        if transcript not in self._texts:
            path = self.study.processed / "texts" / f"{transcript}.txt"
            if not path.is_file():
                what = f"the text of transcript '{transcript}' is not there."
                raise DecisionsError(what, where=self.study.shown(path), hint="Make it with `qualcode run`.")
            self._texts[transcript] = path.read_bytes().decode("utf-8")
        return self._texts[transcript]

    @cached_property
    def pack(self) -> str:
        """The id that a sheet made now would have."""
        names = {row["transcript"] for row in self.known.values()}
        return pack_id(self.study.config.study.title, self.known, text_marks({n: self.text(n) for n in names}, names))

    def check_origin(self, filled: Filled) -> None:
        """Refuse another study's sheet: none of its disagreements is known here, or it says so."""
        title, made_for = self.study.config.study.title, filled.facts.get("study")
        strangers = [answer for answer in filled.answers if answer.about not in self.known]
        if strangers and made_for is not None and made_for != title:
            what = f"this sheet was made for the study '{made_for}', and this study is '{title}'."
            raise DecisionsError(what, where=filled.file, hint="Name the right study with -C.")
        if strangers and made_for is None and len(strangers) == len(filled.answers):
            what = f"this study did not make the pack '{filled.facts.get('pack', '')}', or every coding it rests on has changed."
            hint = "Name the right study with -C, or make a new page with `qualcode pack meeting --as html`."
            raise DecisionsError(what, where=filled.file, hint=hint)

    # ------------------------------------------------------------ one answer

    def check(self, answer: Answer, filled: Filled, problems: Problems) -> None:
        """Add what is wrong with an answer to `problems`; fill its `value`."""
        base = self._base(answer)

        def add(what: str, hint: str = "") -> None:
            problems.add(answer.file, what, hint, place=answer.place)

        known = self.known.get(answer.about)
        as_it_came = base is not None and base["choice"] == answer.choice
        if not answer.choice:
            if (answer.other or answer.words) and base is None:
                add("there is an other code, direction or passage, but no decision.", "Choose 'other' as the decision.")
            return
        if known is None:
            if as_it_came and base is not None and all(base[k] == getattr(answer, k) for k in ("by", "on")):
                answer.outcome = "unchanged"
                return
            answer.outcome = "refused"
            self._unknown.append(answer)
            return
        if not answer.by:
            add("there is a decision but not who decided.", "Fill in 'By'.")
        if not answer.on:
            add("there is a decision but not its date.", "Fill in 'Date'.")
        self._check_choice(answer, known, add)
        if answer.choice == "other":
            self._check_other(answer, known, filled, base, add)
        elif (answer.other or answer.words) and not (base is not None and base["choice"] == "other"):
            hint = "Choose 'other' as the decision, or empty them."
            add(f"there is an other code, direction or passage, and the decision is '{WORD_OF[answer.choice]}'.", hint)

    def unknown(self) -> list[Problem]:
        """Decisions on disagreements that are no more; many of one file are said at once."""
        hint = (
            "A coding it rests on has changed or gone since the sheet was made, or a coder's name. To bring in the others, empty "
            "its decision here; decide it anew in a sheet of `qualcode pack meeting`."
        )
        few = [Problem(one.file, f"disagreement '{one.about}' is not known.", hint, one.place) for one in self._unknown]
        return few if len(few) <= FEW else together(replace(one, what="this disagreement is not known.") for one in few)

    def _base(self, answer: Answer) -> Mapping[str, str] | None:
        """The decision that the sheet came with, or became when it was brought in before; None where there is neither."""
        signed = (answer.about, answer.choice, answer.reason, answer.by, answer.on)
        return self._ever.get(answer.base) or self._alike.get(signed)

    @cached_property
    def _ever(self) -> dict[str, dict[str, str]]:
        """Every decision, superseded ones too."""
        return {row["decision"]: row for row in all_rows(self.study)}

    @cached_property
    def _alike(self) -> dict[tuple[str, ...], dict[str, str]]:
        names = ("about", "choice", "reason", "by", "on")
        return {tuple(row[name] for name in names): row for row in self._ever.values()}

    @staticmethod
    def _check_choice(answer: Answer, known: Mapping[str, Any], add: Any) -> None:
        silent = not known["code_a"] or not known["code_b"]
        if silent and answer.choice == "both":
            add("'both' cannot be chosen where one side is silent.", f"Choose one of: {', '.join(SILENT_CHOICES)}.")
        if known["kind"] == "direction" and answer.choice in ("keep_a", "keep_b"):
            given = str(known[f"direction_{answer.choice[-1]}"])
            if ";" in given:
                what = f"'{WORD_OF[answer.choice]}' stands for several directions ({given})."
                add(what, "Choose 'other', with the direction.")

    def _check_other(
        self, answer: Answer, known: Mapping[str, Any], filled: Filled, base: Mapping[str, str] | None, add: Any
    ) -> None:
        if known["kind"] == "direction":
            answer.value = answer.other.casefold()
            if answer.value not in DIRECTIONS:
                add("'other' needs a direction in the column beside.", f"One of: {', '.join(DIRECTIONS)}.")
            if answer.words:
                add("this disagreement is about the direction: the passage stands.", "Empty the other passage.")
            return
        came = base["value"] if base is not None and base["choice"] == "other" else ""
        # a sheet made since its text was corrected shows the span where it is now
        name = base["decision"] if base is not None else ""
        before = self._shown.get(name, came) if came else ""
        if before and not answer.words and answer.other in (before, came):
            answer.value = before  # as the page gives it back
            return
        as_before = base is not None and all(base[name] == getattr(answer, name) for name in ("reason", "by", "on"))
        if came and not before and as_before and folded_text(answer.words) in self._as_it_was(name):
            answer.value = came  # nobody touched it, and its passage was taken out of the text since
            return
        if not answer.other and not answer.words:
            add("the decision is 'other', and there is no other code.", "Choose it in the column beside.")
            return
        code, start, end = self._code(answer.other)
        sides = {str(known["code_a"]), str(known["code_b"])} - {""}
        if code is None and before and (bracketed(answer.other) or answer.other) == parse_other(before)[0]:
            code = parse_other(before)[0]  # as the sheet came; the codebook has changed since
        if code is None:
            shown = (
                f"code '{parse_other(answer.other)[0]}'" if len(answer.other) <= 60 else "what is written as the code"
            )
            add(f"{shown} is not in the codebook.", nearest(parse_other(answer.other)[0][:60], self.labels))
        elif not code:
            code = sides.pop() if len(sides) == 1 else ""
            if not code:
                add("there is another passage, and the two sides have different codes.", "Choose the code too.")
        transcript = str(known["transcript"])
        span: tuple[int, int] | None = None
        if answer.words:
            if start is not None:
                add("there are both offsets and words of another passage.", "Give one of them.")
            span = self._words(answer, known, filled, before, self._as_it_was(name), add)
        elif start is not None and end is not None:
            if before and before == f"{code} {start}-{end}":
                span = start, end
            else:
                span = self._offsets(answer, transcript, start, end, filled, add)
        if span is not None and (int(known["start"]), int(known["end"])) == (0, len(self.text(transcript))):
            add("a code given to a whole transcript has no other passage.", "Choose another code only.")
        answer.value = " ".join(part for part in (code or "", f"{span[0]}-{span[1]}" if span else "") if part)

    def _code(self, shown: str) -> tuple[str | None, int | None, int | None]:
        """Code ("" where none is given, None where it is not known) and offsets of what stands in a cell.

        A code is its id, `Label [id]` or a label.
        """
        name, start, end = parse_other(shown)
        if shown in self.labels or shown.endswith("]"):
            name, start, end = shown, None, None
        if not name:
            return "", start, end
        by_label = {label.casefold(): code for code, label in self.labels.items()}
        if name in self.labels:
            return name, start, end
        if bracketed(name) in self.labels:
            return bracketed(name), start, end
        return by_label.get(name.casefold()), start, end

    def _words(
        self, answer: Answer, known: Mapping[str, Any], filled: Filled, before: str, as_it_was: set[str], add: Any
    ) -> tuple[int, int] | None:
        transcript = str(known["transcript"])
        text = self.text(transcript)
        _, start, end = parse_other(before)
        if start is not None and end is not None:
            as_shown = {folded_text(text[start:end]), folded_text(shortened(text[start:end]))}
            if folded_text(answer.words) in as_shown | as_it_was:
                return start, end  # as the sheet came
        context = filled.facts.get("context", "")
        shown = int(context) if context.isdecimal() else CONTEXT
        low, high = window(text, int(known["start"]), int(known["end"]), shown)
        found = located(text, low, high, answer.words, name=transcript)
        if isinstance(found, Refusal):
            add(found.cause, found.hint)
            return None
        return found

    def _as_it_was(self, decision: str) -> set[str]:
        """The words of a decision's span in the text that it was made on, as a sheet showed them that was made before."""
        sha = self._made_on.get(mark("decision", decision), "")
        old = kept_text(self.study, sha) if sha else None
        _, start, end = parse_other(self._ever.get(decision, {}).get("value", ""))
        if old is None or start is None or end is None:
            return set()
        return {folded_text(old[start:end]), folded_text(shortened(old[start:end]))}

    @cached_property
    def _made_on(self) -> dict[str, str]:
        return read_made_on(self.study)

    def _offsets(
        self, answer: Answer, transcript: str, start: int, end: int, filled: Filled, add: Any
    ) -> tuple[int, int] | None:
        """Offsets given in a sheet, carried to the present text where that has changed since."""
        text = self.text(transcript)
        given = answer.text or filled.facts.get(f"text {transcript}", "")
        present = text_marks({transcript: text}, [transcript])[transcript]
        if not given and filled.facts.get("pack") != self.pack:
            what = (
                f"in which text the offsets {start}-{end} count is not said, and codings or texts have changed since."
            )
            add(what, "Make a new sheet, and give the passage there.")
            return None
        if given and given != present:
            return self._carried(transcript, given, start, end, add)
        if not 0 <= start < end <= len(text):
            add(f"the span {start}-{end} is reversed or beyond the text, which has {len(text)} characters.")
            return None
        return start, end

    def _carried(self, transcript: str, mark: str, start: int, end: int, add: Any) -> tuple[int, int] | None:
        from qualcode.transcripts.compare import edits_between
        from qualcode.transcripts.kept import kept_index, kept_text
        from qualcode.transcripts.way import map_span

        index = kept_index(self.study)
        own = index[(index["transcript"] == transcript) & index["sha256_text"].str.startswith(mark)]
        old = kept_text(self.study, own["sha256_text"].iloc[0]) if len(own) and len(mark) >= TEXT_MARK else None
        if old is None:
            add(f"the offsets {start}-{end} count in a text of {transcript} that is not kept.", "Make a new sheet.")
            return None
        if not 0 <= start < end <= len(old):
            add(f"the span {start}-{end} is reversed or beyond the text, which had {len(old)} characters.")
            return None
        found = map_span(edits_between(old, self.text(transcript)), start, end)
        if found is None or found.changed:
            add(f"the words at {start}-{end} of {transcript} have changed since the sheet was made.", "Decide anew.")
            return None
        return found.start, found.end

    def look_at_reasons(self, answers: Iterable[Answer]) -> None:
        """Warn where a reason quotes the transcript: decisions are kept with the code, without participants' words."""
        for answer in answers:
            words = _plain_words(answer.reason)
            if len(words) < QUOTED:
                continue
            transcript = str(self.known[answer.about]["transcript"])
            if transcript not in self._runs:
                self._runs[transcript] = _runs(_plain_words(self.text(transcript)))
            if _runs(words) & self._runs[transcript]:
                what = f"the reason holds {QUOTED} words or more in a row of transcript {transcript}."
                hint = "Decisions may be shared: say it in words of your own, and import the sheet again."
                self.warnings.append(Problem(answer.file, what, hint, answer.place))


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return set(zip(*(words[n:] for n in range(QUOTED)), strict=False))


def _plain_words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
