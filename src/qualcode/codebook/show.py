"""The codebook's tree as text."""

from __future__ import annotations

from qualcode.codebook.model import Codebook


def tree(codebook: Codebook) -> str:
    """Every entry on a line under its parent: id, label, kind, direction."""
    counts: dict[str, int] = {}
    for entry in codebook.codes.values():
        counts[entry.kind] = counts.get(entry.kind, 0) + 1
    held = ", ".join(f"{number} {kind}{'' if number == 1 else 's'}" for kind, number in counts.items())
    lines = [f"{codebook.name} {codebook.version}: {held}"]

    waiting = [(code, "", last) for code, last in _marked(codebook.children())]
    while waiting:
        code, stem, last = waiting.pop()
        entry = codebook.codes[code]
        about = ", ".join(part for part in (entry.kind, entry.direction) if part)
        lines.append(f"{stem}{'└─ ' if last else '├─ '}{code}  {entry.label} ({about})")
        inside = stem + ("   " if last else "│  ")
        waiting += [(child, inside, is_last) for child, is_last in _marked(codebook.children(code))]
    return "\n".join(lines) + "\n"


def _marked(codes: list[str]) -> list[tuple[str, bool]]:
    """Codes, the last first, with whether it is the last."""
    return [(code, number == 0) for number, code in enumerate(reversed(codes))]
