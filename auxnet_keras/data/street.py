"""The built-in street scenes, `ak.data.street`; the package `auxnet_keras.street` draws them."""

from auxnet_keras.street import Camera as Camera
from auxnet_keras.street import Label as Label
from auxnet_keras.street import Scene as Scene
from auxnet_keras.street import render as render
from auxnet_keras.street import write as write
