from .conversion import convert as convert
from .shards import convert_to_shards as convert_to_shards
