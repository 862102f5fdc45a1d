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

    def below(parent: str, stem: str) -> None:
        children = codebook.children(parent)
        for number, code in enumerate(children):
            entry = codebook.codes[code]
            last = number == len(children) - 1
            about = ", ".join(part for part in (entry.kind, entry.direction) if part)
            lines.append(f"{stem}{'└─ ' if last else '├─ '}{code}  {entry.label} ({about})")
            below(code, stem + ("   " if last else "│  "))

    below("", "")
    return "\n".join(lines) + "\n"
