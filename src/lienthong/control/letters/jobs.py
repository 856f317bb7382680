"""Jobs of letters and the files behind them."""

from lienthong.control.jobs.registry import job


@job("letters.erase_upload")
def erase_upload(*, digest: str) -> None:
    """Take the bytes of a removed file from the disk; once they are gone there is nothing left to do."""
    from lienthong.control.letters.uploads import erase

    erase(digest)
