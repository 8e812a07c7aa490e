"""Writes the README's tables from the catalogues: `python docs/update_readme_tables.py`."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "docs"), str(ROOT)]

from generate.markdown import code, table  # noqa: E402

from auxnet_keras.data.readers.catalogue import KINDS  # noqa: E402
from auxnet_keras.weighting.catalogue import FAMILIES  # noqa: E402

_FAMILIES = {
    "losses": "[losses](docs/weightings/loss_rules.md): from the losses alone, or fixed",
    "class-wise": "[classes](docs/learning_boost.md): a weight per class of the auxiliary task",
    "gradients": "[gradients](docs/weightings/gradient_rules.md): from their angles and lengths",
    "main + auxiliary": (
        "[main + auxiliary](docs/weightings/auxiliary_rules.md): what helps the main task"
    ),
}


def weightings() -> str:
    """Every family and the names of its weightings."""
    rows = [
        (_FAMILIES[name], ", ".join(code(each) for each in methods))
        for name, methods in FAMILIES.items()
        if methods
    ]
    return table(("weights follow from", "`--weighting`"), rows)


def kinds() -> str:
    """Every kind of data and what it reads."""
    return table(("kind", "what it reads"), [(code(n), kind.about) for n, kind in KINDS.items()])


def updated(text: str) -> str:
    """The README with tables generated from the current catalogues."""
    for name, made in (("weightings", weightings()), ("kinds", kinds())):
        start = f"<!-- {name}: written by docs/update_readme_tables.py -->\n"
        text = re.sub(
            f"({re.escape(start)}).*?(<!-- end -->)",
            lambda found, made=made: f"{found[1]}\n{made}\n{found[2]}",
            text,
            flags=re.DOTALL,
        )
    return text


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(updated(readme.read_text(encoding="utf-8")), encoding="utf-8")
