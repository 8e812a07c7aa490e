"""Built-in street scenes: procedural pictures with exact labels and depth."""

from auxnet_keras.street.camera import Camera as Camera
from auxnet_keras.street.classes import Label as Label
from auxnet_keras.street.scene import Scene as Scene
from auxnet_keras.street.scene import render as render
from auxnet_keras.street.write import write as write
