"""Reports: what several runs say together, in tables, figures and sentences."""
