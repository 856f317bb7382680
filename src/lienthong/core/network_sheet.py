"""The network sheet of a connection: line, addresses and ports, as the two sides' engineers need them.

Law: R1.4 (the condition of infrastructure).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network

from lienthong.core.speech import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSheet:
    """How a system reaches the exchange.

    Addresses are IPv4 or IPv6 addresses or networks in the usual notation; ports are those the system calls.
    """

    line: str
    public_addresses: tuple[str, ...] = ()
    private_addresses: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()


class NetworkProblem(StrEnum):
    """Why a network sheet cannot be used."""

    LINE = "network_line"
    NO_ADDRESS = "network_no_address"
    ADDRESS = "network_address"
    NOT_PUBLIC = "network_not_public"
    NOT_PRIVATE = "network_not_private"
    EVERYTHING = "network_everything"
    PORT = "network_port"


NETWORK_TEXTS = {
    NetworkProblem.LINE: Text("Chưa ghi đường truyền.", "The line is not named."),
    NetworkProblem.NO_ADDRESS: Text("Chưa có địa chỉ mạng nào.", "There is no network address."),
    NetworkProblem.ADDRESS: Text(
        "Không phải địa chỉ IP hoặc dải địa chỉ hợp lệ (ví dụ 203.0.113.7 hoặc 10.20.0.0/24).",
        "This is no IP address or network (as in 203.0.113.7 or 10.20.0.0/24).",
    ),
    NetworkProblem.NOT_PUBLIC: Text(
        "Địa chỉ này thuộc mạng nội bộ, không phải địa chỉ công khai.",
        "This address belongs to a private network; it is no public address.",
    ),
    NetworkProblem.NOT_PRIVATE: Text(
        "Địa chỉ này là địa chỉ công khai, không thuộc mạng nội bộ.",
        "This is a public address, not one of a private network.",
    ),
    NetworkProblem.EVERYTHING: Text(
        "Dải địa chỉ quá rộng: tối đa /16 với IPv4, /48 với IPv6.",
        "This network is too wide: at most /16 for IPv4, /48 for IPv6.",
    ),
    NetworkProblem.PORT: Text("Cổng kết nối là số từ 1 đến 65535.", "A port is a number from 1 to 65535."),
}

_WIDEST = {4: 16, 6: 48}


def network_problems(sheet: NetworkSheet) -> tuple[tuple[NetworkProblem, str], ...]:
    """Return what is wrong with a sheet, each with the value concerned; empty if nothing. Law: R1.4."""
    return tuple(_problems(sheet))


def _problems(sheet: NetworkSheet) -> Iterator[tuple[NetworkProblem, str]]:
    if not sheet.line.strip():
        yield NetworkProblem.LINE, ""
    if not sheet.public_addresses and not sheet.private_addresses:
        yield NetworkProblem.NO_ADDRESS, ""
    for text in sheet.public_addresses:
        problem = _address_problem(text, private=False)
        if problem is not None:
            yield problem, text
    for text in sheet.private_addresses:
        problem = _address_problem(text, private=True)
        if problem is not None:
            yield problem, text
    if not sheet.ports:
        yield NetworkProblem.PORT, ""
    yield from ((NetworkProblem.PORT, str(port)) for port in sheet.ports if not 1 <= port <= 65_535)


def _address_problem(text: str, *, private: bool) -> NetworkProblem | None:
    try:
        network = ip_network(text)
    except ValueError:
        return NetworkProblem.ADDRESS
    if network.prefixlen < _WIDEST[network.version]:
        return NetworkProblem.EVERYTHING
    if network.is_private is private:
        return None
    return NetworkProblem.NOT_PRIVATE if private else NetworkProblem.NOT_PUBLIC
