"""One table in five forms: Markdown, CSV, LaTeX, HTML and the terminal."""
