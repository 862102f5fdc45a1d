"""Who a voice is: participant, interviewer or other, and which participant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Voice:
    """What a label stands for: its role, and the participant's id ("" for others and for a voice nobody could name)."""

    role: str
    participant: str = ""


@dataclass
class SessionVoices:
    """What the study knows of one session's voices. Labels are compared without regard to capitals and outer blanks.

    `participants` are the session's participants; `named` its rows of the speakers table, by label; `interviewers`
    labels from the configuration, the session and the file's legend. `in_sessions` is False where the file has no row
    in the sessions table.
    """

    participants: Sequence[str] = ()
    named: Mapping[str, Voice] = field(default_factory=dict)
    interviewers: Iterable[str] = ()
    in_sessions: bool = True

    def of(self, label: str) -> Voice:
        """The voice of a label; "" is a voice that the file does not name."""
        key = label.strip().casefold()
        if key in self._named:
            return self._named[key]
        own = {participant.casefold(): participant for participant in self.participants}
        if key and key in own:
            return Voice("participant", own[key])
        if key in {interviewer.strip().casefold() for interviewer in self.interviewers}:
            return Voice("interviewer")
        if key and self.in_sessions and len(self.participants) == 1:
            return Voice("participant", self.participants[0])
        return Voice("participant")

    @property
    def _named(self) -> dict[str, Voice]:
        return {label.strip().casefold(): voice for label, voice in self.named.items()}


def named_voice(role: str, participant: str, label: str, interviewers: Iterable[str]) -> Voice:
    """The voice of a row of the speakers table, where the role may be left open."""
    if not role:
        asks = label.strip().casefold() in {interviewer.strip().casefold() for interviewer in interviewers}
        role = "interviewer" if asks and not participant else "participant"
    return Voice(role, participant if role == "participant" else "")
