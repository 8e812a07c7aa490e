"""Sphinx settings; `make docs` builds the site strictly and without network access."""

import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]

from generate import docstrings, pages  # noqa: E402

from auxnet_keras import __version__  # noqa: E402

project = "auxnet_keras"
author = "auxnet_keras contributors"
project_copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "generate"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}

myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]

autodoc_class_signature = "mixed"
autodoc_typehints = "none"  # the signature carries them; `Args:` says what they mean
autodoc_member_order = "bysource"
napoleon_numpy_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
napoleon_custom_sections = [("Reference", "returns_style"), ("Inputs", "params_style")]
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80

smartquotes = False  # quotes in docstrings belong to code

html_theme = "furo"
html_title = f"auxnet_keras {version}"
html_copy_source = False
html_show_sphinx = False


def setup(app):
    """Writes the pages that come from code, then lets autodoc read Markdown docstrings."""
    app.connect("builder-inited", lambda app: pages.write(DOCS / "generated"))
    app.connect("autodoc-process-docstring", docstrings.to_rst, priority=100)
