from .formats import FORMATS as FORMATS
from .formats import write as write
from .keras_format import keras_file as keras_file
from .litert_format import litert as litert
from .onnx_format import onnx as onnx
from .tf_format import saved_model as saved_model
from .verification import ExportError as ExportError
from .verification import Verification as Verification
