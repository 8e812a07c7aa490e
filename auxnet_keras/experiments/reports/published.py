"""The papers' own numbers, shown next to measured ones and never mixed with them."""

AUXNET_CLASSES = (
    "sky",
    "building",
    "road",
    "sidewalk",
    "fence",
    "vegetation",
    "pole",
    "car",
    "lane marking",
    "mean IoU",
)

AUXNET_TABLE_1: dict[str, dict[str, tuple[float | None, ...]]] = {
    "kitti": {
        "SegNet": (46.79, 87.32, 89.05, 60.69, 22.96, 85.99, None, 74.04, None, 74.52),
        "AuxNet 400": (49.11, 88.55, 93.17, 69.65, 22.93, 87.12, None, 74.63, None, 78.32),
        "AuxNet 1000": (49.17, 89.81, 90.77, 64.16, 14.77, 86.52, None, 71.40, None, 76.58),
        "AuxNet TWB": (49.73, 91.10, 92.30, 70.55, 18.64, 86.01, None, 77.32, None, 78.64),
        "AuxNet FTWB": (48.43, 89.50, 92.71, 71.58, 15.37, 88.31, None, 79.55, None, 79.24),
    },
    "synthia": {
        "SegNet": (95.41, 58.18, 93.46, 9.82, 76.04, 80.95, 8.79, 85.73, 90.28, 89.70),
        "AuxNet 400": (95.12, 69.82, 92.95, 21.38, 77.61, 84.23, 51.31, 90.42, 91.20, 91.44),
        "AuxNet 1000": (95.41, 59.57, 96.83, 28.65, 81.23, 82.48, 56.43, 88.93, 94.19, 92.60),
        "AuxNet TWB": (94.88, 66.41, 94.81, 31.24, 77.01, 86.04, 21.83, 90.16, 94.47, 91.67),
        "AuxNet FTWB": (95.82, 56.19, 96.68, 21.09, 81.19, 83.26, 55.86, 89.01, 92.11, 92.05),
    },
}
"""IoU in per cent. Chennupati et al., AuxNet, VISAPP 2019, Table 1."""

AUXNET_TABLE_2: dict[str, dict[str, tuple[float, int]]] = {
    "kitti": {
        "SegNet": (74.52, 23_672_264),
        "FuseNet": (80.99, 47_259_976),
        "AuxNet": (79.24, 23_676_142),
    },
    "synthia": {
        "SegNet": (89.70, 23_683_054),
        "FuseNet": (92.52, 47_270_766),
        "AuxNet": (92.60, 23_686_932),
    },
}
"""Mean IoU in per cent and parameters. Chennupati et al., AuxNet, VISAPP 2019, Table 2."""

LEARNING_BOOST_LOSSES: dict[str, dict[str, tuple[float | None, float | None]]] = {
    "vkitti": {
        "single, segmentation": (0.004632, None),
        "single, depth": (None, 0.001682),
        "class-wise, main segmentation": (0.004238, 0.007672),
        "class-wise, main depth": (0.247507, 0.001356),
        "Pareto (0.0, 1.0)": (0.004322, 0.004631),
        "Pareto (0.92, 0.38)": (0.004686, 0.004498),
        "Pareto (0.71, 0.71)": (0.004601, 0.004575),
        "Pareto (0.38, 0.92)": (0.005246, 0.004173),
        "Pareto (1.0, 0.0)": (0.004468, 0.005918),
    },
    "nyuv2": {
        "single, segmentation": (1.4056, None),
        "single, depth": (None, 0.7711),
        "class-wise, main segmentation": (1.3436, 0.6951),
        "class-wise, main depth": (1.5835, 0.6761),
        "Pareto (0.0, 1.0)": (1.3876, 0.7462),
        "Pareto (0.92, 0.38)": (1.3995, 0.7340),
        "Pareto (0.71, 0.71)": (1.4535, 0.7293),
        "Pareto (0.38, 0.92)": (1.4485, 0.7096),
        "Pareto (1.0, 0.0)": (1.4989, 0.7248),
    },
    "cityscapes": {
        "single, segmentation": (0.4482, None),
        "single, depth": (None, 3.9754),
        "class-wise, main segmentation": (0.4270, 4.1408),
        "class-wise, main depth": (0.8007, 3.7781),
        "Pareto (0.0, 1.0)": (0.4302, 4.1978),
        "Pareto (0.92, 0.38)": (0.4648, 4.0350),
        "Pareto (0.71, 0.71)": (0.4408, 4.1314),
        "Pareto (0.38, 0.92)": (0.4284, 4.1305),
        "Pareto (1.0, 0.0)": (0.4475, 4.2447),
    },
}
"""Validation losses (segmentation, depth). Yim and Kim, Learning Boost, 2020, Figures 2 to 4."""

LEARNING_BOOST_TABLE_1 = {
    "full image": (0.0115, 0.0124),
    "outside car": (0.0104, 0.0115),
    "inside car": (0.0314, 0.0283),
}
"""Log L1 of depth (single task, multi task). Yim and Kim, Learning Boost, 2020, Table 1."""

LEARNING_BOOST_TABLE_2 = {"linear sum": 0.183, "Pareto MTL": 1.128, "class-wise": 0.310}
"""Seconds for a batch of 8 images. Yim and Kim, Learning Boost, 2020, Table 2."""


def kind_of(data: str) -> str:
    """The data set of a kind such as `vkitti-14`, as the papers name it."""
    return data.partition(" ")[0].partition("-")[0]
