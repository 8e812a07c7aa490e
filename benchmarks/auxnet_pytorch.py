"""AuxNet in plain PyTorch, with the layers of ours and as many parameters."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from synthetic import CLASSES
from torch import nn
from torch.nn import functional

BLOCKS = {64: 3, 128: 4, 256: 6, 512: 3}  # ResNet-50: width of a stage to its number of blocks
WIDTHS = (24, 48, 96, 128, 192)  # the backbone "small": channels at strides 2, 4, 8, 16, 32
MEAN_BGR = (103.939, 116.779, 123.68)


class Caffe(nn.Module):
    """RGB 0..255 to BGR minus ImageNet's mean."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN_BGR).view(1, 3, 1, 1), persistent=False)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image.float().flip(1) - self.mean


class Rescaling(nn.Module):
    """RGB 0..255 to -1..1."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image.float() / 127.5 - 1.0


def convolution(channels: int, filters: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    """Convolution and batch normalization with bias, epsilon and momentum as in Keras' ResNet."""
    return [
        nn.Conv2d(channels, filters, kernel, stride, padding=kernel // 2),
        nn.BatchNorm2d(filters, eps=1.001e-5, momentum=0.01),
    ]


class Bottleneck(nn.Module):
    """ResNet v1's block, with the stride in its first convolution as in Keras."""

    def __init__(self, channels: int, width: int, stride: int, first: bool) -> None:
        super().__init__()
        self.residual = nn.Sequential(
            *convolution(channels, width, 1, stride),
            nn.ReLU(inplace=True),
            *convolution(width, width, 3),
            nn.ReLU(inplace=True),
            *convolution(width, 4 * width, 1),
        )
        shortcut = convolution(channels, 4 * width, 1, stride) if first else []
        self.shortcut = nn.Sequential(*shortcut)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.relu(self.shortcut(x) + self.residual(x))


def resnet50() -> tuple[list[nn.Module], list[int]]:
    """The stages and their numbers of channels; the last three have strides 8, 16 and 32."""
    stem = [*convolution(3, 64, 7, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, padding=1)]
    stages: list[nn.Module] = [nn.Sequential(Caffe(), *stem)]
    channels = [64]
    for width, blocks in BLOCKS.items():
        stage = []
        for block in range(blocks):
            stride = 2 if block == 0 and width > 64 else 1
            before = channels[-1] if block == 0 else 4 * width
            stage.append(Bottleneck(before, width, stride, first=block == 0))
        stages.append(nn.Sequential(*stage))
        channels.append(4 * width)
    return stages, channels


def small() -> tuple[list[nn.Module], list[int]]:
    """The package's backbone "small"; as `resnet50`."""
    stages: list[nn.Module] = []
    for before, width in zip((3, *WIDTHS), WIDTHS, strict=False):
        strides = (2, 1) if stages else (2,)
        layers: list[nn.Module] = [] if stages else [Rescaling()]
        for number, stride in enumerate(strides):
            layers += [
                nn.Conv2d(before if number == 0 else width, width, 3, stride, 1, bias=False),
                nn.BatchNorm2d(width, eps=1e-3),
                nn.ReLU(inplace=True),
            ]
        stages.append(nn.Sequential(*layers))
    return stages, list(WIDTHS)


class Fcn8(nn.Module):
    """FCN-8 decoder on strides 8, 16 and 32."""

    def __init__(self, features: list[int], channels: int) -> None:
        super().__init__()
        self.score = nn.ModuleList(nn.Conv2d(c, channels, 1) for c in features)
        self.up_p4 = nn.ConvTranspose2d(channels, channels, 4, 2, padding=1)
        self.up_p3 = nn.ConvTranspose2d(channels, channels, 4, 2, padding=1)
        self.up_image = nn.ConvTranspose2d(channels, channels, 16, 8, padding=4)

    def forward(self, pyramid: list[torch.Tensor]) -> torch.Tensor:
        p3, p4, p5 = (score(x) for score, x in zip(self.score, pyramid, strict=True))
        return self.up_image(self.up_p3(self.up_p4(p5) + p4) + p3)


BACKBONES: dict[str, Callable[[], tuple[list[nn.Module], list[int]]]] = {
    "resnet50": resnet50,
    "small": small,
}


class AuxNet(nn.Module):
    """A backbone with a segmentation and a depth decoder; image [B, 3, H, W] RGB 0..255."""

    def __init__(self, backbone: str = "resnet50") -> None:
        super().__init__()
        stages, channels = BACKBONES[backbone]()
        self.stages = nn.ModuleList(stages)
        self.segmentation = Fcn8(channels[-3:], CLASSES)
        self.depth = Fcn8(channels[-3:], 1)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x, pyramid = image, []
        for stage in self.stages:
            x = stage(x)
            pyramid.append(x)
        return self.segmentation(pyramid[-3:]), self.depth(pyramid[-3:])

    def count(self) -> int:
        """Parameters as Keras counts them: moving means and variances included."""
        statistics = [b for name, b in self.named_buffers() if name.endswith(("_mean", "_var"))]
        return sum(tensor.numel() for tensor in [*self.parameters(), *statistics])


class Batch:
    """A batch of synthetic.py on a device, and a prediction's loss on it: cross-entropy plus L1.

    Args:
        images: [B, H, W, 3] uint8.
        targets: Labels [B, H, W] and depths [B, H, W, 1].
        device: Of PyTorch.
    """

    def __init__(
        self, images: np.ndarray, targets: Mapping[str, np.ndarray], device: str = "cpu"
    ) -> None:
        # The permuted views stay channels last.
        self.image = torch.from_numpy(images).to(device).permute(0, 3, 1, 2)
        self.labels = torch.from_numpy(targets["segmentation"]).to(device).long()
        self.depth = torch.from_numpy(targets["depth"]).to(device).permute(0, 3, 1, 2)
        self.valid = (self.depth >= 0).float()

    def loss(self, logits: torch.Tensor, depth: torch.Tensor) -> torch.Tensor:
        loss = functional.cross_entropy(logits.float(), self.labels, ignore_index=255)
        error = ((depth.float() - self.depth).abs() * self.valid).sum()
        return loss + error / self.valid.sum()
