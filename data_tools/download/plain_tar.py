"""Headers of an untrusted tar: no sparse files, and none that fills the memory."""

import tarfile
from typing import Any

MAX_HEADER = 1 << 16  # bytes of a long name or of a set of pax records


class PlainTarInfo(tarfile.TarInfo):
    """Refuses headers while the library reads them, before it makes room for what they describe.

    A map of a sparse file takes kilobytes in an archive and hundreds of megabytes in memory, and
    no data set has one.
    """

    def _proc_sparse(self, tar: tarfile.TarFile) -> Any:
        raise tarfile.ReadError("a sparse member")

    def _proc_gnusparse_00(self, *_: Any) -> None:
        raise tarfile.ReadError("a sparse member")

    _proc_gnusparse_01 = _proc_gnusparse_10 = _proc_gnusparse_00

    def _proc_pax(self, tar: tarfile.TarFile) -> Any:
        self._check_header()
        return super()._proc_pax(tar)  # type: ignore[misc]

    def _proc_gnulong(self, tar: tarfile.TarFile) -> Any:
        self._check_header()
        return super()._proc_gnulong(tar)  # type: ignore[misc]

    def _check_header(self) -> None:
        if not 0 <= self.size <= MAX_HEADER:
            raise tarfile.ReadError(f"a header of {self.size} bytes")
