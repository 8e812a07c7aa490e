from .suggestion import init as init
