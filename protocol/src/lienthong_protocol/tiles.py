"""Tiles: the hashes of a tree cut into rows of 256, so that a log can be stored and served as plain files.

Tile `n` of level `l` holds the hashes of the perfect subtrees of 256^l leaves number 256n … 256n+255. A full
tile never changes. Source: C2SP tlog-tiles; paths and widths are its own.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lienthong_protocol.merkle import HASH_LENGTH, Frontier, ReadNode, root_of

HEIGHT = 8
WIDTH = 256

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)((?:/x[0-9]{3})*/[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?\Z")


class TileFormatError(ValueError):
    """A text is not the path of a tile, or bytes are not its content."""


@dataclass(frozen=True, slots=True)
class Tile:
    """The name of a tile: level (-1 = a bundle of entries), number in its level, hashes in it (1 to 256)."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The path below a log's address, like `tile/0/x001/x234/067.p/13`."""
        groups = [f"{self.number % 1000:03}"]
        rest = self.number // 1000
        while rest:
            groups.append(f"x{rest % 1000:03}")
            rest //= 1000
        level = "entries" if self.level < 0 else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def parse_tile_path(path: str) -> Tile:
    """Return the tile a path names; raises TileFormatError for any other text or spelling."""
    match = _PATH.match(path)
    if match is None:
        raise TileFormatError("not the path of a tile")
    level = -1 if match[1] == "entries" else int(match[1])
    number = int(match[2].replace("/", "").replace("x", ""))
    tile = Tile(level, number, int(match[3] or WIDTH))
    if tile.path != path or tile.width > WIDTH:
        raise TileFormatError("not the one path of a tile")
    return tile


def full_tiles(size: int, level: int) -> int:
    """Return how many full tiles of `level` a tree of `size` leaves has."""
    return size >> HEIGHT * (max(level, 0) + 1)


def partial_width(size: int, level: int) -> int:
    """Return how many hashes stand after the last full tile of `level`, 0 to 255."""
    return (size >> HEIGHT * max(level, 0)) % WIDTH


def tiles_of(size: int, *, level: int) -> Iterator[Tile]:
    """Yield every tile of one level of a tree of `size` leaves, the partial one last."""
    full = full_tiles(size, level)
    for number in range(full):
        yield Tile(level, number)
    if width := partial_width(size, level):
        yield Tile(level, full, width)


def completed_tiles(old_size: int, new_size: int) -> list[Tile]:
    """Return the tiles that become full while a tree grows from `old_size` to `new_size` leaves."""
    return [
        Tile(level, number)
        for level in range(levels_of(new_size))
        for number in range(full_tiles(old_size, level), full_tiles(new_size, level))
    ]


def levels_of(size: int) -> int:
    """Return how many tile levels a tree of `size` leaves has."""
    return -(-size.bit_length() // HEIGHT)


def split_hashes(data: bytes) -> list[bytes]:
    """Return the hashes of a tile; raises TileFormatError unless they are 1 to 256 whole hashes."""
    if not data or len(data) % HASH_LENGTH or len(data) > WIDTH * HASH_LENGTH:
        raise TileFormatError("a tile is 1 to 256 hashes of 32 bytes")
    return [data[start : start + HASH_LENGTH] for start in range(0, len(data), HASH_LENGTH)]


def tile_node_reader(read_tile: Callable[[int, int], Sequence[bytes]]) -> ReadNode:
    """Return a node reader over tiles: `read_tile(level, number)` gives the hashes a tile holds so far.

    Raises TileFormatError where a tile holds too few hashes for the node asked for.
    """

    def read(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        number, offset = divmod(index << height, WIDTH)
        hashes = read_tile(tile_level, number)[offset : offset + (1 << height)]
        if len(hashes) != 1 << height:
            raise TileFormatError(f"tile {tile_level}/{number} ends before hash {offset + (1 << height)}")
        return hashes[0] if height == 0 else root_of(hashes)

    return read


@dataclass(frozen=True, slots=True)
class TreeEdge:
    """The right edge of a tiled tree: per level, bottom first, the hashes after its last full tile.

    Values never change; `extend` returns the next edge and the tiles that became full on the way.
    """

    size: int = 0
    pending: tuple[tuple[bytes, ...], ...] = ()

    def __post_init__(self) -> None:
        """Refuse an edge whose hashes cannot belong to its size; raises ValueError."""
        widths = [partial_width(self.size, level) for level in range(levels_of(self.size))]
        if [len(hashes) for hashes in self.pending] != widths:
            raise ValueError("an edge has the hashes of its size")

    def extend(self, leaves: Sequence[bytes]) -> tuple["TreeEdge", list[tuple[Tile, bytes]]]:
        """Return the edge after these leaf hashes, and each tile they completed with its 8,192 bytes."""
        size = self.size + len(leaves)
        pending: list[tuple[bytes, ...]] = []
        completed: list[tuple[Tile, bytes]] = []
        rising: Sequence[bytes] = leaves
        for level in range(levels_of(size)):
            hashes = [*(self.pending[level] if level < len(self.pending) else ()), *rising]
            number = full_tiles(self.size, level)
            whole = len(hashes) // WIDTH * WIDTH
            rows = [hashes[start : start + WIDTH] for start in range(0, whole, WIDTH)]
            completed += [(Tile(level, number + place), b"".join(row)) for place, row in enumerate(rows)]
            rising = [root_of(row) for row in rows]
            pending.append(tuple(hashes[whole:]))
        return TreeEdge(size, tuple(pending)), completed

    def frontier(self) -> Frontier:
        """Return the frontier of the same tree."""
        hashes: list[bytes] = []
        for row in reversed(self.pending):
            hashes += Frontier().extend(row).hashes
        return Frontier(self.size, tuple(hashes))

    def root(self) -> bytes:
        """Return the root of the tree."""
        return self.frontier().root()


def recover_edge(size: int, *, read_tile: Callable[[int, int], bytes], tail: Sequence[bytes]) -> TreeEdge:
    """Return the edge of a tree of `size` leaves from its full tiles and the leaf hashes after them.

    `read_tile(level, number)` gives the bytes of a full tile. Raises ValueError where the tail does not fit,
    TileFormatError where a tile is not one.
    """
    pending: list[tuple[bytes, ...]] = [tuple(tail)] if size else []
    for level in range(1, levels_of(size)):
        first = full_tiles(size, level) * WIDTH
        rows = [
            split_hashes(read_tile(level - 1, number)) for number in range(first, full_tiles(size, level - 1))
        ]
        pending.append(tuple(root_of(row) for row in rows))
    return TreeEdge(size, tuple(pending))


def encode_bundle(bodies: Sequence[bytes]) -> bytes:
    """Return up to 256 entries as one bundle: each behind its length in two bytes, big-endian."""
    return b"".join(len(body).to_bytes(2) + body for body in bodies)


def split_bundle(data: bytes) -> list[bytes]:
    """Return the entries of a bundle; raises TileFormatError unless they are 1 to 256 whole entries."""
    bodies: list[bytes] = []
    place = 0
    while place < len(data):
        end = place + 2 + int.from_bytes(data[place : place + 2])
        if end > len(data):
            raise TileFormatError("a bundle ends inside an entry")
        bodies.append(data[place + 2 : end])
        place = end
    if not 1 <= len(bodies) <= WIDTH:
        raise TileFormatError("a bundle is 1 to 256 entries")
    return bodies
