"""Tiles: names, shapes, the growing edge and the proofs read from them."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong_protocol.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_reader,
    root_of,
)
from lienthong_protocol.tiles import (
    Tile,
    TileFormatError,
    TreeEdge,
    completed_tiles,
    encode_bundle,
    full_tiles,
    levels_of,
    parse_tile_path,
    partial_width,
    recover_edge,
    split_bundle,
    split_hashes,
    tile_node_reader,
    tiles_of,
)

SHAPES = json.loads((Path(__file__).parents[1] / "vectors" / "merkle_note_dpop.json").read_text())[
    "tile_shape"
]
LEAVES = [leaf_hash(number.to_bytes(4)) for number in range(70_000)]
GROWN, TILES = TreeEdge().extend(LEAVES)


@pytest.mark.parametrize("size", [256, 70_000])
def test_published_shapes(size: int) -> None:
    shape = SHAPES[str(size)]
    for level in range(levels_of(size)):
        assert full_tiles(size, level) == shape.get(f"L{level}_full", 0)
        assert partial_width(size, level) == shape.get(f"L{level}_partial", 0)


def test_published_path() -> None:
    assert Tile(3, 1_234_067).path == "tile/3/" + SHAPES["path_1234067"]
    assert Tile(0, 5, 13).path == "tile/0/005.p/13"
    assert Tile(-1, 1000).path == "tile/entries/x001/000"
    assert [tile.path for tile in tiles_of(300, level=-1)] == ["tile/entries/000", "tile/entries/001.p/44"]
    assert [tile.path for tile in tiles_of(256, level=0)] == ["tile/0/000"]


@settings(deadline=None, max_examples=60)
@given(st.builds(Tile, st.integers(-1, 63), st.integers(0, 10**12), st.integers(1, 256)))
def test_a_name_survives_its_path(tile: Tile) -> None:
    assert parse_tile_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/5",
        "tile/0/x000/005",
        "tile/00/005",
        "tile/0/005.p/256",
        "tile/0/005.p/999",
        "tile/0/005.p/0",
        "tile/0/005/",
        "/tile/0/005",
        "tile/-1/005",
        "tile/0/005\n",
        "tile/0/٠٠٥",
    ],
)
def test_another_spelling_is_no_path(path: str) -> None:
    with pytest.raises(TileFormatError):
        parse_tile_path(path)


def test_a_large_edge_and_its_tiles_are_those_of_the_leaves() -> None:
    assert GROWN.root() == root_of(LEAVES)
    assert GROWN.frontier() == Frontier().extend(LEAVES)
    assert [tile for tile, _ in TILES] == [
        tile for level in range(2) for tile in tiles_of(70_000, level=level) if tile.width == 256
    ]
    by_name = {(tile.level, tile.number): data for tile, data in TILES}
    assert by_name[0, 7] == b"".join(LEAVES[7 * 256 : 8 * 256])
    assert split_hashes(by_name[1, 0])[3] == root_of(LEAVES[3 * 256 : 4 * 256])
    tail = LEAVES[273 * 256 :]
    recovered = recover_edge(70_000, read_tile=lambda level, number: by_name[level, number], tail=tail)
    assert recovered == GROWN
    with pytest.raises(ValueError, match="hashes of its size"):
        recover_edge(70_000, read_tile=lambda level, number: by_name[level, number], tail=tail[1:])
    assert recover_edge(0, read_tile=lambda level, number: b"", tail=()) == TreeEdge()


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 600), max_size=6))
def test_an_edge_grown_in_steps_equals_one_grown_at_once(steps: list[int]) -> None:
    edge, tiles, size = TreeEdge(), [], 0
    for step in steps:
        edge, completed = edge.extend(LEAVES[size : size + step])
        assert completed_tiles(size, size + step) == [tile for tile, _ in completed]
        tiles += completed
        size += step
    assert (edge, sorted(tiles, key=lambda pair: pair[0].path)) == (
        TreeEdge().extend(LEAVES[:size])[0],
        sorted(TreeEdge().extend(LEAVES[:size])[1], key=lambda pair: pair[0].path),
    )
    assert edge.root() == root_of(LEAVES[:size])


@settings(deadline=None, max_examples=15)
@given(st.data())
def test_proofs_read_from_tiles_are_those_read_from_leaves(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 2000))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    edge, completed = TreeEdge().extend(LEAVES[:size])
    stored = {(tile.level, tile.number): split_hashes(data) for tile, data in completed}
    for level, pending in enumerate(edge.pending):
        stored[level, full_tiles(size, level)] = list(pending)
    read = tile_node_reader(lambda level, number: stored.get((level, number), []))
    plain = node_reader(LEAVES[:size])
    assert inclusion_proof(index=index, size=size, read=read) == inclusion_proof(
        index=index, size=size, read=plain
    )
    assert consistency_proof(old_size=old, new_size=size, read=read) == consistency_proof(
        old_size=old, new_size=size, read=plain
    )


def test_a_node_beyond_the_tiles_is_refused() -> None:
    with pytest.raises(TileFormatError, match="ends before"):
        tile_node_reader(lambda level, number: LEAVES[:5])(1, 2)


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(33), bytes(257 * 32)])
def test_a_tile_is_whole_hashes(data: bytes) -> None:
    with pytest.raises(TileFormatError):
        split_hashes(data)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256), st.binary(min_size=1, max_size=3))
def test_a_bundle_survives_and_a_broken_one_is_refused(bodies: list[bytes], more: bytes) -> None:
    data = encode_bundle(bodies)
    assert split_bundle(data) == bodies
    with suppress(TileFormatError):
        assert encode_bundle(split_bundle(data + more)) == data + more


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x02x", bytes(2 * 257)])
def test_no_bundle(data: bytes) -> None:
    with pytest.raises(TileFormatError):
        split_bundle(data)
