"""Training step of AuxNet against the same network in plain PyTorch, channels last.

Layers, parameter count, batch, losses and optimizer are the same; the PyTorch code is eager, as in
a tutorial. Neither computes metrics. The ratio has no target: above 1, PyTorch is faster.
"""

from collections.abc import Callable
from dataclasses import replace

import contenders
import keras
import tensorflow as tf
from common import interleaved, paired, parser, report, timed
from contenders import CLASSES, FULL, QUICK, Setting

try:
    import torch
except ImportError:
    raise SystemExit(
        "This benchmark needs PyTorch, which is not installed: pip install -e '.[bench]'"
    ) from None

from torch import nn
from torch.nn import functional

BLOCKS = {64: 3, 128: 4, 256: 6, 512: 3}  # ResNet-50: width of a stage to its number of blocks
MEAN_BGR = (103.939, 116.779, 123.68)


def convolution(channels: int, filters: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    """Convolution and batch normalization with bias, epsilon and momentum as in Keras."""
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


class Fcn8(nn.Module):
    """FCN-8 decoder on strides 8, 16 and 32."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.score = nn.ModuleList(nn.Conv2d(c, channels, 1) for c in (512, 1024, 2048))
        self.up_p4 = nn.ConvTranspose2d(channels, channels, 4, 2, padding=1)
        self.up_p3 = nn.ConvTranspose2d(channels, channels, 4, 2, padding=1)
        self.up_image = nn.ConvTranspose2d(channels, channels, 16, 8, padding=4)

    def forward(self, pyramid: list[torch.Tensor]) -> torch.Tensor:
        p3, p4, p5 = (score(x) for score, x in zip(self.score, pyramid, strict=True))
        return self.up_image(self.up_p3(self.up_p4(p5) + p4) + p3)


class AuxNet(nn.Module):
    """ResNet-50 with a segmentation and a depth decoder; image [B, 3, H, W] RGB 0..255."""

    def __init__(self) -> None:
        super().__init__()
        stem = [*convolution(3, 64, 7, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, padding=1)]
        self.stem = nn.Sequential(*stem)
        self.stages = nn.ModuleList()
        channels = 64
        for width, blocks in BLOCKS.items():
            stage = []
            for block in range(blocks):
                stride = 2 if block == 0 and width > 64 else 1
                stage.append(Bottleneck(channels, width, stride, first=block == 0))
                channels = 4 * width
            self.stages.append(nn.Sequential(*stage))
        self.segmentation = Fcn8(CLASSES)
        self.depth = Fcn8(1)
        self.register_buffer("mean", torch.tensor(MEAN_BGR).view(1, 3, 1, 1), persistent=False)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.stem(image.float().flip(1) - self.mean)
        pyramid = []
        for stage in self.stages:
            x = stage(x)
            pyramid.append(x)
        return self.segmentation(pyramid[1:]), self.depth(pyramid[1:])

    def count(self) -> int:
        """Parameters as Keras counts them: moving means and variances included."""
        statistics = [b for name, b in self.named_buffers() if name.endswith(("_mean", "_var"))]
        return sum(tensor.numel() for tensor in [*self.parameters(), *statistics])


def torch_step(setting: Setting, device: str) -> tuple[int, Callable[[], object]]:
    """Parameter count, and a function that does one training step."""
    network = AuxNet().to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4, eps=1e-7)
    images, targets = contenders.batch(setting)
    image = torch.from_numpy(images).to(device).permute(0, 3, 1, 2)  # stays channels last
    labels = torch.from_numpy(targets["segmentation"]).to(device).long()
    depth = torch.from_numpy(targets["depth"]).to(device).permute(0, 3, 1, 2)
    valid = (depth >= 0).float()

    def step() -> float:
        optimizer.zero_grad(set_to_none=True)
        logits, prediction = network(image)
        loss = functional.cross_entropy(logits, labels, ignore_index=255)
        loss = loss + ((prediction - depth).abs() * valid).sum() / valid.sum()
        loss.backward()
        optimizer.step()
        return loss.item()

    return network.count(), step


def keras_step(setting: Setting) -> tuple[int, Callable[[], object]]:
    """Parameter count, and a function that does one training step."""
    model = contenders.network(setting)
    model.compile(optimizer=keras.optimizers.Adam(1e-4), metrics=None)
    data = contenders.endless(setting)
    model.fit(data, epochs=1, steps_per_epoch=1, verbose=0, shuffle=False)
    iterator = iter(data)
    return model.count_params(), lambda: float(model.train_function(iterator)["loss"])


def main() -> None:
    """Measures, prints the table and writes `pytorch`."""
    arguments = parser(__doc__).parse_args()
    setting = replace(QUICK, backbone="resnet50") if arguments.quick else FULL
    device = "cuda" if tf.config.list_physical_devices("GPU") else "cpu"
    ours, our_step = keras_step(setting)
    theirs, their_step = torch_step(setting, device)
    if ours != theirs:
        raise SystemExit(f"The networks differ: {ours} parameters in Keras, {theirs} in PyTorch.")
    measured = interleaved(
        {"PyTorch": timed(their_step), "Keras": timed(our_step)},
        rounds=arguments.rounds or (3 if arguments.quick else 30),
        warmup=2,
    )
    ratio = paired(measured, "Keras", "PyTorch")
    report(
        f"Training step of {setting} ({ours:,} parameters), against PyTorch {torch.__version__} "
        f"channels last, {torch.get_num_threads()} threads, {device}.",
        "seconds",
        measured,
        {"Keras": ratio},
        {"pytorch": ratio.median},
        arguments.json,
    )


if __name__ == "__main__":
    main()
