"""Which machine a request comes from, as far as somebody who can be trusted says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

Network = IPv4Network | IPv6Network

UNKNOWN = "unknown"
_SITE_BITS = 64  # what one customer has of IPv6, at least


@dataclass(frozen=True, slots=True)
class Clients:
    """Names clients, for counting. `proxies` are the networks whose X-Forwarded-For is believed."""

    proxies: tuple[Network, ...] = ()

    @classmethod
    def behind(cls, proxies: Iterable[str]) -> Clients:
        """By addresses and networks as text. Raises ValueError for what is none."""
        return cls(tuple(ip_network(proxy) for proxy in proxies))

    def name(self, scope: Scope, headers: Headers) -> str:
        """The client's address, or its network where it is of IPv6: the last that no proxy of ours has."""
        peer = (scope.get("client") or (UNKNOWN,))[0]
        forwarded = [part.strip() for header in headers.getlist("x-forwarded-for") for part in header.split(",")]
        found = _address(peer)
        while found is not None and forwarded and any(found in network for network in self.proxies):
            earlier = _address(forwarded.pop())
            if earlier is None:
                break
            found = earlier
        return UNKNOWN if found is None else _counted(found)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _counted(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, _SITE_BITS), strict=False))
