"""What 1 to 64 devices should do: traffic, step time, efficiency, cost of a million frames.

Nothing is measured here but the networks' parameters. A step of one device is a constant of this
file, or `--seconds`; links and prices are assumptions. docs/scaling.md states them all.
"""

import argparse
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path

DEVICES = (1, 2, 4, 8, 16, 32, 64)
BYTES = 4  # gradients are float32, also with half precision
BACKWARD = 0.62  # of a step; measured: forward 0.33, backward 0.62, update 0.05
# On JAX a BatchNormalization has the statistics of the global batch. The compiled step of AuxNet on
# the backbone "small", with two devices, has 27 all-reduces of statistics for its 9 layers: two in
# the forward pass, mean and variance, and one in the backward pass.
REDUCES_PER_NORMALIZATION = 3


@dataclass(frozen=True)
class Network:
    """What a step of a network sends.

    Attributes:
        trainable: Parameters with a gradient.
        normalizations: Layers of batch normalization.
    """

    trainable: int
    normalizations: int

    @property
    def gradient_bytes(self) -> int:
        return BYTES * self.trainable


@dataclass(frozen=True)
class Cluster:
    """Equal devices in equal hosts.

    Attributes:
        step: Seconds of a step on one device.
        batch: Images per device and step.
        per_host: Devices in a host.
        inside, between: Bytes per second of a device's link in its host, and to other hosts.
        latency_inside, latency_between: Seconds of a message.
        price: Of an hour of a device.
        overlap: The share of the backward pass during which gradients travel.
    """

    step: float
    batch: int
    per_host: int
    inside: float
    between: float
    latency_inside: float
    latency_between: float
    price: float
    overlap: float = 0.5

    def link(self, devices: int) -> tuple[float, float]:
        """Bandwidth and latency of the slowest link that a ring of `devices` uses."""
        if devices <= self.per_host:
            return self.inside, self.latency_inside
        return min(self.inside, self.between), max(self.latency_inside, self.latency_between)


@dataclass(frozen=True)
class Point:
    """A number of devices.

    Attributes:
        sent: Bytes that each device sends in a step.
        step: Seconds of a step.
        images: Per second, of all devices.
        efficiency: Images per second of a device, relative to a single one.
        cost: Of a million frames.
    """

    devices: int
    sent: float
    step: float
    images: float
    efficiency: float
    cost: float


def ring_bytes(size: float, devices: int) -> float:
    """Bytes that each device sends in a ring all-reduce: `2 (D - 1) / D * size`."""
    return 2 * (devices - 1) / devices * size


def ring_seconds(size: float, devices: int, bandwidth: float, latency: float) -> float:
    """Seconds of a ring all-reduce: its bytes over the bandwidth, and 2 (D - 1) messages."""
    return ring_bytes(size, devices) / bandwidth + 2 * (devices - 1) * latency


def tree_seconds(devices: int, latency: float) -> float:
    """Seconds of an all-reduce of few bytes, up and down a binary tree: `2 ceil(log2 D)`
    messages."""
    return 2 * math.ceil(math.log2(devices)) * latency


def predict(network: Network, cluster: Cluster, devices: int) -> Point:
    """Step time and what follows, with a constant batch per device.

    The gradients' all-reduce hides behind `overlap` of the backward pass; the small ones of batch
    normalization stop the pass that needs them, and hide behind nothing.
    """
    bandwidth, latency = cluster.link(devices)
    size = network.gradient_bytes
    hidden = cluster.overlap * BACKWARD * cluster.step
    exposed = max(0.0, ring_seconds(size, devices, bandwidth, latency) - hidden)
    small = REDUCES_PER_NORMALIZATION * network.normalizations * tree_seconds(devices, latency)
    step = cluster.step + exposed + small
    images = devices * cluster.batch / step
    return Point(
        devices=devices,
        sent=ring_bytes(size, devices),
        step=step,
        images=images,
        efficiency=cluster.step / step,
        cost=1e6 / images * devices * cluster.price / 3600,
    )


GIGA = 1e9
CLUSTERS = {
    # A step as docs/benchmarks.md measures it, on two cores.
    "2-core hosts, 10 Gb/s": Cluster(1.068, 4, 1, 1.25 * GIGA, 1.25 * GIGA, 50e-6, 50e-6, 0.1),
    # 42 GFLOP per image at 70 TFLOP/s: an assumption until benchmarks/throughput.py has run.
    "1-GPU hosts, 25 Gb/s": Cluster(9.6e-3, 16, 1, 3.1 * GIGA, 3.1 * GIGA, 30e-6, 30e-6, 2.5),
    "8-GPU hosts, 400 Gb/s each": Cluster(9.6e-3, 16, 8, 300 * GIGA, 50 * GIGA, 3e-6, 6e-6, 3.5),
}


def measured_networks() -> dict[str, Network]:
    """The package's networks with 12 classes, on their papers' encoders."""
    import keras

    import auxnet_keras as ak

    made = {
        "SegNet": ak.models.SegNet(12, weights=None),
        "AuxNet": ak.models.AuxNet(12, weights=None),
        "FuseNet": ak.models.FuseNet(12, weights=None),
        "U-Net": ak.models.UNet(12),
    }
    return {
        name: Network(
            sum(math.prod(variable.shape) for variable in model.trainable_variables),
            sum(
                isinstance(layer, keras.layers.BatchNormalization)
                for layer in model._flatten_layers()
            ),
        )
        for name, model in made.items()
    }


def network_rows(networks: dict[str, Network]) -> list[str]:
    """The table of what a step sends."""
    titles = "| network | trainable parameters | gradients [MB] | sent by each of 2 | of 64 [MB] |"
    lines = [f"{titles} small all-reduces |", "|---|---|---|---|---|---|"]
    for name, network in networks.items():
        size = network.gradient_bytes
        sent = " | ".join(f"{ring_bytes(size, devices) / 1e6:.0f}" for devices in (2, 64))
        small = REDUCES_PER_NORMALIZATION * network.normalizations
        lines.append(f"| {name} | {network.trainable:,} | {size / 1e6:.0f} | {sent} | {small} |")
    return lines


def cluster_rows(network: Network, cluster: Cluster) -> list[str]:
    """The table of one cluster."""
    titles = "| devices | sent per device [MB] | step [ms] | images/s | efficiency |"
    more = "price of a million frames | efficiency with local statistics |"
    lines = [f"{titles} {more}", "|---|---|---|---|---|---|---|"]
    for devices in DEVICES:
        point = predict(network, cluster, devices)
        places = 1 if point.images < 1000 else 0
        local = predict(replace(network, normalizations=0), cluster, devices).efficiency
        numbers = f"{point.sent / 1e6:.0f} | {1e3 * point.step:.4g} | {point.images:,.{places}f}"
        cost = f"{point.efficiency:.0%} | {point.cost:.2f} | {local:.0%}"
        lines.append(f"| {devices} | {numbers} | {cost} |")
    return lines


def draw(network: Network, clusters: dict[str, Cluster], path: Path) -> None:
    """Draws the efficiency over the number of devices, with no, half and full overlap."""
    from auxnet_keras.plots import figure as figures
    from auxnet_keras.plots.palette import COLOURS, MARKS

    figure = figures.new(7.5, 4.2)
    axes = figure.subplots()
    for colour, mark, (name, cluster) in zip(COLOURS, MARKS, clusters.items(), strict=False):
        no, half, full = (
            [
                predict(network, replace(cluster, overlap=share), devices).efficiency
                for devices in DEVICES
            ]
            for share in (0.0, 0.5, 1.0)
        )
        axes.plot(DEVICES, half, color=colour, marker=mark, label=name)
        axes.fill_between(DEVICES, no, full, color=colour, alpha=0.15, linewidth=0)
    figures.plain(axes)
    axes.set_xscale("log", base=2)
    axes.set_xticks(DEVICES, [str(devices) for devices in DEVICES])
    axes.set_xlabel("devices", fontsize=9, color=figures.INK)
    axes.set_ylim(0, 1.05)
    axes.set_title(
        "Images per second of a device, relative to one alone",
        fontsize=11,
        weight="bold",
        color=figures.INK,
        loc="left",
    )
    axes.legend(
        title="line: half, band: none to full overlap",
        frameon=False,
        fontsize=9,
        title_fontsize=9,
        loc="upper right",
        bbox_to_anchor=(1.0, 0.8),
    )
    figure.tight_layout()
    figures.save(figure, path)


def main() -> None:
    """Prints the tables, draws the figure and writes every cluster's efficiency at 64 devices."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--seconds", type=float, help="a step of one GPU, as throughput.py measures"
    )
    parser.add_argument("--batch", type=int, help="its images per step")
    parser.add_argument("--overlap", type=float, help="share of the backward pass (0.5)")
    parser.add_argument("--price", type=float, help="of an hour of a device")
    parser.add_argument("--png", type=Path, metavar="FILE", help="draw the efficiencies")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the efficiencies")
    given = parser.parse_args()
    networks = measured_networks()
    print("**What each device sends in a step.**", "", *network_rows(networks), sep="\n")
    changes = {"overlap": given.overlap, "price": given.price}
    gpu = {"step": given.seconds, "batch": given.batch}
    clusters = {
        name: replace(
            cluster,
            **{k: v for k, v in changes.items() if v is not None},
            **{k: v for k, v in gpu.items() if v is not None and "GPU" in name},
        )
        for name, cluster in CLUSTERS.items()
    }
    for name, cluster in clusters.items():
        print(f"\n**AuxNet on {name}, {cluster.batch} images per device.**\n")
        print(*cluster_rows(networks["AuxNet"], cluster), sep="\n")
    if given.png:
        draw(networks["AuxNet"], clusters, given.png)
    if given.json:
        last = DEVICES[-1]
        found = {
            name: predict(networks["AuxNet"], cluster, last).efficiency
            for name, cluster in clusters.items()
        }
        given.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
