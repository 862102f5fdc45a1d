"""Ask other programs for their answers and keep them, with versions, for the tests to read.

Run: python tests/oracles/freeze.py [irrcac nltk pingouin segeval pygamma]. Each program gets an environment of its own in a
temporary folder (they can't live in ours: irrCAC needs an old scipy and pandas, pygamma-agreement pulls numba and cvxpy),
is asked about the tables of `tables.json` by `ask_NAME.py`, and its answers go to `NAME.json`. The tests read only these.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
NEEDS = {
    "irrcac": ["irrCAC==0.4.4", "pandas<3"],
    "nltk": ["nltk==3.10.4"],
    "pingouin": ["pingouin==0.7.0"],
    "segeval": ["segeval==2.0.11"],
    "pygamma": ["pygamma-agreement==0.5.9"],
}


def ask(name: str, folder: Path) -> None:
    home = folder / name
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *NEEDS[name]], check=True)
    tables = (HERE / "tables.json").read_text(encoding="utf-8")
    done = subprocess.run(
        [str(python), str(HERE / f"ask_{name}.py")], input=tables, check=True, capture_output=True, text=True
    )
    listed = subprocess.run(
        [str(python), "-m", "pip", "list", "--format", "json"], check=True, capture_output=True, text=True
    )
    found = {one["name"]: one["version"] for one in json.loads(listed.stdout)}
    wanted = {need.split("=")[0].split("<")[0] for need in NEEDS[name]} | {"numpy", "scipy"}
    versions = {"python": ".".join(map(str, sys.version_info[:3]))} | {
        at: found[at] for at in sorted(wanted) if at in found
    }
    answers = {"versions": versions, "answers": json.loads(done.stdout)}
    (HERE / f"{name}.json").write_text(json.dumps(answers, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{name}: {versions}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or NEEDS:
            ask(name, Path(folder))


if __name__ == "__main__":
    main()
