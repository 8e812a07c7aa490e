"""Where each data set is published: URLs, sizes, checksums, and what to download by hand."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from auxnet_keras.data.readers.catalogue import KINDS
from auxnet_keras.errors import ConfigError, unknown

_ROUNDED = 0.1  # of a size that a page states as "14 GB", which may mean GiB


@dataclass(frozen=True)
class Remote:
    """A published file. An archive is unpacked into a folder of the same name.

    Args:
        size: Bytes; exact if there is a checksum, otherwise as rounded on the download page.
        holds: What it contains, in a few words.
        needs: A pattern that some file of an archive matches, below its folder.
        md5: As published, or as several loaders agree; None if not published.
        sha256: Likewise.
    """

    url: str
    size: int
    holds: str
    needs: str = "*"
    md5: str | None = None
    sha256: str | None = None

    @property
    def name(self) -> str:
        """The file's name: "data_semantics.zip"."""
        return PurePosixPath(urlsplit(self.url).path).name

    @property
    def folder(self) -> str | None:
        """The folder an archive is unpacked to: "data_semantics"; None for a file used as it is."""
        for suffix in (".zip", ".tar.gz", ".tar"):
            if self.name.endswith(suffix):
                return self.name.removesuffix(suffix)
        return None

    @property
    def sizes(self) -> range:
        """The sizes in bytes that the published file can have."""
        if self.md5 or self.sha256:
            return range(self.size, self.size + 1)
        return range(int((1 - _ROUNDED) * self.size), int((1 + _ROUNDED) * self.size) + 1)


@dataclass(frozen=True)
class Release:
    """The files of one release of a data set, and its download page."""

    page: str
    files: tuple[Remote, ...]


_KITTI = "https://s3.eu-central-1.amazonaws.com/avg-kitti"
_VKITTI = "https://download.europe.naverlabs.com"
_NYU = "http://horatio.cs.nyu.edu/mit/silberman"  # plain HTTP; the checksums protect it

RELEASES: dict[str, dict[str, Release]] = {
    "kitti": {
        "2015": Release(
            page="https://www.cvlibs.net/datasets/kitti/eval_semseg.php?benchmark=semantics2015",
            files=(
                Remote(
                    f"{_KITTI}/data_semantics.zip",
                    314_000_000,
                    "images and labels",
                    "training/semantic/*_10.png",
                ),
                Remote(
                    f"{_KITTI}/data_scene_flow.zip",
                    1_681_488_619,
                    "stereo and disparity",
                    "training/disp_*_0/*_10.png",
                ),
                Remote(
                    f"{_KITTI}/data_scene_flow_calib.zip",
                    1_631_055,
                    "calibration",
                    "training/calib_cam_to_cam/*.txt",
                ),
            ),
        )
    },
    "vkitti": {
        "2.0.3": Release(
            page="https://europe.naverlabs.com/research/computer-vision/"
            "proxy-virtual-worlds-vkitti-2/",
            # The checksums of its vkitti_2.0.3_md5_checksums.txt.
            files=(
                Remote(
                    f"{_VKITTI}/virtual_kitti_2.0.3/vkitti_2.0.3_classSegmentation.tar",
                    1_015_961_600,
                    "labels",
                    "**/*.png",
                    md5="e8658ab49250e61f1caa174625563263",
                ),
                Remote(
                    f"{_VKITTI}/virtual_kitti_2.0.3/vkitti_2.0.3_textgt.tar.gz",
                    24_451_078,
                    "palettes and cameras",
                    "**/*.txt",
                    md5="855f7f37746e5508f094e522c9cf41f4",
                ),
                Remote(
                    f"{_VKITTI}/virtual_kitti_2.0.3/vkitti_2.0.3_depth.tar",
                    8_145_715_200,
                    "depth",
                    "**/*.png",
                    md5="1d34a96f870fc5d33b482df87844f5e4",
                ),
                Remote(
                    f"{_VKITTI}/virtual_kitti_2.0.3/vkitti_2.0.3_rgb.tar",
                    7_532_472_320,
                    "images",
                    "**/*.jpg",
                    md5="1e00a143a397c2c53aa9720a868fe34a",
                ),
            ),
        ),
        "1.3.1": Release(
            page="https://europe.naverlabs.com/research/computer-vision/"
            "proxy-virtual-worlds-vkitti-1/",
            files=(
                Remote(
                    f"{_VKITTI}/virtual-kitti-1.3.1/vkitti_1.3.1_scenegt.tar",
                    488_000_000,
                    "labels and palettes",
                    "**/*.png",
                ),
                Remote(
                    f"{_VKITTI}/virtual-kitti-1.3.1/vkitti_1.3.1_depthgt.tar",
                    5_100_000_000,
                    "depth",
                    "**/*.png",
                ),
                Remote(
                    f"{_VKITTI}/virtual-kitti-1.3.1/vkitti_1.3.1_rgb.tar",
                    14_000_000_000,
                    "images",
                    "**/*.png",
                ),
            ),
        ),
    },
    "nyuv2": {
        "2": Release(
            page="https://cs.nyu.edu/~fergus/datasets/nyu_depth_v2.html",
            files=(
                Remote(
                    f"{_NYU}/indoor_seg_sup/splits.mat",
                    2_626,
                    "the official division",
                    md5="08e3c3aea27130ac7c01ffd739a4535f",
                ),
                Remote(
                    f"{_NYU}/nyu_depth_v2/nyu_depth_v2_labeled.mat",
                    2_972_037_809,
                    "images, labels and depth",
                    md5="520609c519fba3ba5ac58c8fefcc3530",
                    sha256="2d724b0c0ab358aa1ce5df855e5bd14a2279ab7202efe22f32a30d612dcb86aa",
                ),
            ),
        )
    },
}
"""By kind, then by release; the first is the default. The smallest files come first, so that
problems show early."""

BY_HAND = {
    "synthia": """\
SYNTHIA is published as RAR archives on its authors' site, which may ask you to register.
  1. Go to https://synthia-dataset.net/downloads/ and download SYNTHIA-RAND-CITYSCAPES
     (SYNTHIA_RAND_CITYSCAPES.rar), or sequences such as SYNTHIA-SEQS-01-SPRING.
  2. Unpack them:  unrar x FILE.rar {out}/
     {out} then contains RAND_CITYSCAPES/ or SYNTHIA-SEQS-.../, each with
     RGB/, GT/LABELS/ and Depth/.
  3. Check that everything is there:  auxnet data verify synthia:{out}""",
    "cityscapes": """\
Cityscapes is available to registered users only.
  1. Register at https://www.cityscapes-dataset.com/register/ and download these from
     https://www.cityscapes-dataset.com/downloads/ (or with the authors' own tool:
     pip install cityscapesscripts, then csDownload -d {out} and the names):
       leftImg8bit_trainvaltest.zip   11 GB    images       md5 0a6e97e94b616a514066c9e2adb0c97f
       gtFine_trainvaltest.zip        241 MB   labels       md5 4237c19de34c8a376e9ba46b495d6f66
       disparity_trainvaltest.zip     3.5 GB   disparity    md5 2c8272766993c983321f34c73daada5c
       camera_trainvaltest.zip        2 MB     calibration
  2. Unpack them into one folder:  unzip FILE.zip -d {out}
     {out} then contains leftImg8bit/, gtFine/, disparity/ and camera/.
  3. Check that everything is there:  auxnet data verify cityscapes:{out}""",
}
"""Instructions for the kinds that have to be downloaded by hand; `{out}` is the folder."""

BUILT_IN = {
    "street": "street needs no download: its scenes are drawn during training, --data street.",
    "shards": "shards need no download: `auxnet data convert --shards` writes them.",
    "folder": "folder needs no download: it reads your own images, --data folder:YOUR_FOLDER.",
}


def family(kind: str) -> str:
    """The data set of a kind: "vkitti" for "vkitti-14-scenes".

    Raises:
        ConfigError: An unknown kind.
    """
    KINDS.find(kind)
    first = kind.partition("-")[0]
    return first if first in KINDS else kind


def release_of(kind: str, name: str | None = None) -> Release:
    """The files to download.

    Args:
        kind: A kind that can be downloaded.
        name: The release, such as "1.3.1" of vkitti; None means the default.

    Raises:
        ConfigError: An unknown kind or release, or a kind that cannot be downloaded automatically.
    """
    data_set = family(kind)
    if data_set not in RELEASES:
        raise ConfigError(
            f"{kind} cannot be downloaded automatically; {_instead(data_set)}. "
            f"Expected one of: {', '.join(sorted(RELEASES))}. Received: {kind!r}."
        )
    releases = RELEASES[data_set]
    if name is None:
        return next(iter(releases.values()))
    if name not in releases:
        raise unknown(f"release of {data_set}", name, releases)
    return releases[name]


def _instead(data_set: str) -> str:
    if data_set in BY_HAND or data_set in BUILT_IN:
        return f"`auxnet data download {data_set} --out DIR` says how to get it"
    return f"get it from its authors, then check it with `auxnet data verify {data_set}:DIR`"
