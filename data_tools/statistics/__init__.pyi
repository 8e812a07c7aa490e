from .measure import Statistics as Statistics
from .measure import statistics as statistics
