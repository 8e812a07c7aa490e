"""Code of Markdown pages: Python blocks, and the command lines of `auxnet`."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    (
        *(ROOT / "README.md", ROOT / "CONTRIBUTING.md"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs" / "weightings").glob("*.md"),
    )
)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_VARIABLE = re.compile(r"^(\w+)=(\"[^\"]*\"|\S+)$", re.MULTILINE)


def python_of(page: Path) -> str:
    """All Python of a page as one program, which may build on what stands above."""
    blocks = _FENCE.findall(page.read_text(encoding="utf-8"))
    return "\n".join(code for language, code in blocks if language == "python")


def command_lines(page: Path) -> Iterator[list[str]]:
    """The arguments of every call of `auxnet` in the code of a page, variables filled in."""
    text = page.read_text(encoding="utf-8")
    fenced = [code for language, code in _FENCE.findall(text) if language in ("", "bash", "sh")]
    indented = re.findall(r"(?:^    .*\n)+", _FENCE.sub("", text), re.MULTILINE)
    variables: dict[str, str] = {}
    for code in (*fenced, *indented):
        code = re.sub(r"\\\n\s*", " ", re.sub(r"^    ", "", code, flags=re.MULTILINE))
        variables |= {name: value.strip('"') for name, value in _VARIABLE.findall(code)}
        for name, value in variables.items():
            code = code.replace(f"${name}", value)
        for line in re.split(r"\n|&&|;", re.sub(r"\$\w+", "0", code)):
            words = shlex.split(line, comments=True) if "auxnet" in line else []
            if words and Path(words[0]).name == "auxnet":
                yield words[1:]
