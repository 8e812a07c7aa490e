"""Built-in street scenes: procedural pictures with exact labels and depth."""

from auxnet_keras.data.street.camera import Camera as Camera
from auxnet_keras.data.street.classes import Label as Label
from auxnet_keras.data.street.scene import Scene as Scene
from auxnet_keras.data.street.scene import render as render
from auxnet_keras.data.street.write import write as write
