"""Virtual KITTI's categories: their colours in release 2.0.3, and the classes they make."""

from auxnet_keras.data.labels import UNIFIED, LabelTable

CATEGORIES = {
    "Terrain": (210, 0, 200),
    "Sky": (90, 200, 255),
    "Tree": (0, 199, 0),
    "Vegetation": (90, 240, 0),
    "Building": (140, 140, 140),
    "Road": (100, 60, 100),
    "GuardRail": (250, 100, 255),
    "TrafficSign": (255, 255, 0),
    "TrafficLight": (200, 200, 0),
    "Pole": (255, 130, 0),
    "Misc": (80, 80, 80),
    "Truck": (160, 60, 60),
    "Car": (255, 127, 80),
    "Van": (0, 139, 139),
    "Undefined": (0, 0, 0),
}
"""Category to RGB colour; its position is its id. (In 1.3.1 every clip has other colours.)"""

UNLISTED = len(CATEGORIES)
"""The id of pixels whose colour is not a category's."""

_UNDEFINED = list(CATEGORIES).index("Undefined")

VKITTI_14 = LabelTable(
    {name: colour for name, colour in CATEGORIES.items() if name != "Undefined"},
    {name: (i,) for i, name in enumerate(CATEGORIES) if name != "Undefined"},
    (_UNDEFINED, UNLISTED),
)
"""The release's own categories."""

_UNIFIED = {
    "void": ("TrafficLight", "Misc", "Undefined"),
    "sky": ("Sky",),
    "building": ("Building",),
    "road": ("Road",),
    "fence": ("GuardRail",),
    "vegetation": ("Terrain", "Tree", "Vegetation"),
    "pole": ("Pole",),
    "car": ("Truck", "Car", "Van"),
    "sign": ("TrafficSign",),
}

VKITTI_12 = LabelTable(
    dict(list(UNIFIED.items())[:12]),
    {name: [list(CATEGORIES).index(c) for c in members] for name, members in _UNIFIED.items()},
    (UNLISTED,),
)
"""The order all driving data sets share. There is no sidewalk, pedestrian or cyclist; traffic
lights and Misc are void."""
