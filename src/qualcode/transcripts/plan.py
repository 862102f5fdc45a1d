"""What is to be read: each transcript's file, what the study says about it, and whose voices are in it."""

from __future__ import annotations

import pandas as pd

from qualcode.errors import Problem, Problems, QualcodeError
from qualcode.study import Study
from qualcode.tables import TABLES, split
from qualcode.transcripts.model import ReadOptions
from qualcode.transcripts.onefile import ReadFile
from qualcode.transcripts.roles import SessionVoices, Voice, named_voice
from qualcode.transcripts.sources import Source, sources_of
from qualcode.transcripts.translations import Translation, translations_of


class Plan:
    """The transcripts of a study that are not withdrawn, before any file is opened.

    `sources` in the order of their ids; `problems` and `warnings` are those of the tables that people wrote; `names` how
    names are taken out (None: they are left in, for those who look for them).

    Raises
    ------
    DeidentifyError
        The pseudonym key is wrong, gone, or in version control: nothing may be made of texts with names.
    """

    def __init__(self, study: Study, *, named: bool = False) -> None:
        from qualcode.deidentify.study import names_of

        self.study = study
        self.names = None if named else names_of(study)
        self.problems = Problems()
        self.warnings: list[Problem] = []
        self.sources = sources_of(study, self.problems, self.warnings)
        self.by_id = {source.transcript: source for source in self.sources}
        try:
            speakers = study.speakers
        except QualcodeError as error:
            self.problems.extend(error)
            speakers = TABLES["speakers"].empty()
        self._nobody = speakers.iloc[:0]
        self._spoken = {str(name): own for name, own in speakers.groupby("session", sort=False)}
        self.translations = self._translations()

    def _translations(self) -> dict[str, Translation]:
        """The study's translations; one that no session names belongs to the session of its original."""
        try:
            found = translations_of(self.study, list(self.by_id), self.problems)
        except QualcodeError as error:
            self.problems.extend(error)
            return {}
        for name, translation in found.items():
            if self.by_id[name].session is None:
                self.by_id[name].session = self.by_id[translation.of].session
        return found

    def options(self, source: Source) -> ReadOptions:
        """What a reader is told about a file."""
        settings = self.study.config.transcripts
        session = source.session
        return ReadOptions(
            interviewers=(*settings.interviewers, *(split(session["interviewers"]) if session else ())),
            not_speakers=tuple(settings.not_speakers),
            known=(*self.speakers_of(source)["speaker"], *(split(session["participants"]) if session else ())),
            speaker_pattern=settings.speaker_pattern,
            merge_gap=settings.merge_gap,
            columns=settings.columns,
            answers=tuple(settings.answer_columns),
            form=settings.speaker_form,
            part=source.part,
            others=source.others,
        )

    def voices(self, source: Source, raw: ReadFile) -> dict[str, Voice]:
        """Who each label of a transcript is."""
        session = source.session
        asks = [
            *self.study.config.transcripts.interviewers,
            *(split(session["interviewers"]) if session else ()),
            *raw.interviewers,
        ]
        rows = {
            line["speaker"]: named_voice(line["role"], line["participant"], line["speaker"], asks)
            for line in self.speakers_of(source).to_dict("records")
        }
        people = split(session["participants"]) if session else []
        voices = SessionVoices(people, rows, asks, in_sessions=session is not None)
        return {label: voices.of(label) for label in sorted({turn.speaker for turn in raw.placed})}

    def speakers_of(self, source: Source) -> pd.DataFrame:
        """The rows of the speakers table of a transcript's session."""
        return self._spoken.get(source.session_id, self._nobody)
