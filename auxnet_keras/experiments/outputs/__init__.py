"""What a run leaves for people: tables, figures, model card, exports."""
