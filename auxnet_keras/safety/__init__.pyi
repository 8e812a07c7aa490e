from .bounded_read import read_bytes as read_bytes
from .bounded_read import read_text as read_text
from .npz import read_npz as read_npz
from .plain_yaml import YamlError as YamlError
from .plain_yaml import plain_yaml as plain_yaml
from .weights import check_weights as check_weights
