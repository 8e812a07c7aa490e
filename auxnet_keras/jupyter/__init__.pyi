from .batch import show_batch as show_batch
from .picture import Picture as Picture
from .results import show_results as show_results
from .results import show_top_losses as show_top_losses
from .watching import watch as watch
