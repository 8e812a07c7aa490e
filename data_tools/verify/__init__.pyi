from .problem import Problem as Problem
from .verification import Report as Report
from .verification import verify as verify
