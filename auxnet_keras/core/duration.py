"""Seconds as people read them."""


def duration(seconds: float | None) -> str:
    """`0:02:05` or `2 d 0:02:05`; `-:--` if unknown."""
    if seconds is None:
        return "-:--"
    days, rest = divmod(round(seconds), 86400)
    clock = f"{rest // 3600}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days} d {clock}" if days else clock
