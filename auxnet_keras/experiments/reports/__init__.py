"""Reports on several runs: tables, figures and sentences."""
