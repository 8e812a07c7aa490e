"""Studies: arms, budgets of labels and seeds over data sets, trained, compared and reported."""
