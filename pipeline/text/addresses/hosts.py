"""IP addresses in a plain text."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

_PORT = r"(?::\d{1,5}(?!\d)|/\d{1,2}(?![\d/]))?"
_DOT = r"(?:\.|\s\.\s|\sdot\s)"
_IPV4 = re.compile(
    rf"(?<![0-9A-Za-z.])(?P<announced>(?:ips?|ipv4|v4|addr|host"
    rf"|ec2)[-:=_ ]?)?(?P<four>(?:[0-9]{{1,3}}{_DOT}){{3}}[0-9]{{1,3}})"
    rf"(?![0-9A-Za-z]|\.[0-9])(?P<port>{_PORT})",
    re.I,
)
_DASHED = re.compile(
    r"(?<![0-9A-Za-z])(?:ip|ec2|host|static|dhcp|pool|dsl)-(?:[0-9]{1,3}-){3}[0-9]{1,3}(?![0-9])", re.I
)
_IPV6 = re.compile(
    r"(?<![0-9A-Za-z:.])[0-9A-F]{0,4}:[0-9A-F:]*(?::(?:[0-9]{1,3}\.){3}[0-9]{1,3}"
    r"|[0-9A-F:])(?:%\w{1,15})?(?:/\d{1,3})?(?![0-9A-Za-z]|:[0-9A-F])",
    re.I,
)
# the highest part of a version number that has four; few addresses have no higher one
_VERSION = 31
_ABOUT_VERSIONS = re.compile(
    r"(?:version|release|build|firmware|driver|update|kernel|oracle|patch|section|chapter|clause|§"
    r"|abschnitt|\bver?|\bv)\.?\s*$",
    re.I,
)
_ABOUT_ADDRESSES = re.compile(
    r"(?:\bip\w*|address|adresse|server|host|dns|ping|ssh|from|gateway|resolver|at)\W{0,3}(?:is\W)?$", re.I
)
# resolvers that everybody can reach, which people write where an address is wanted
_RESOLVERS = {"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "4.2.2.1", "4.2.2.2"}


def find(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each IP address begins and ends, with port, network or zone, and its text."""
    for match in _IPV6.finditer(text) if text.count(":") > 1 else ():
        if _is_ipv6(match[0]):
            yield match.start(), match.end(), match[0]
    for match in _IPV4.finditer(text):
        if _is_ipv4(match):
            host = re.sub(
                r"\s+dot\s+|\s", lambda seen: "." if "dot" in seen[0] else "", match["four"], flags=re.I
            )
            yield match.start("four"), match.end(), host + match["port"]
    for match in _DASHED.finditer(text):
        yield match.start(), match.end(), match[0]


def _is_ipv4(match: re.Match[str]) -> bool:
    """Whether four numbers are an address and no version: by their size, or by what stands around them."""
    parts = [int(part) for part in re.findall(r"\d+", match["four"])]
    if max(parts) > 255:
        return False
    before = match.string[max(0, match.start() - 24) : match.start()]
    if match["announced"] or match["port"] or _ABOUT_ADDRESSES.search(before):
        return True
    if _ABOUT_VERSIONS.search(before) and parts[0] < 100:
        return False
    if max(parts) > _VERSION or ".".join(map(str, parts)) in _RESOLVERS:
        return True
    # versions have a nought, or small numbers all through
    return (
        min(parts) > 0 and max(parts) > 9 and parts[0] > 12 and ipaddress.IPv4Address(bytes(parts)).is_global
    )


def _is_ipv6(seen: str) -> bool:
    """Whether it is one and no `a::b` of a programming language, nor a time."""
    address = re.split(r"[%/]", seen)[0]
    groups = address.split(":")
    if len(groups) < 3 or max(map(len, groups)) < 3 or not any(c.isdigit() for c in address):
        return False
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return False
    return True
