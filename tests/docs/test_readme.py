"""The README says what the catalogues say, and its links lead somewhere."""

import re
import runpy
from pathlib import Path

import pytest

from tests.docs.snippets import PAGES, ROOT

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_tables_are_current():
    updated = runpy.run_path(str(ROOT / "docs" / "update_readme_tables.py"))["updated"]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert updated(text) == text, "run python docs/update_readme_tables.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        made_in_the_build = target.removeprefix("../").startswith("generated/")
        if not made_in_the_build and "://" not in target:
            assert Path(page.parent, target).exists(), target
