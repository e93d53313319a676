//! Which addresses a server may be made to fetch from: the public internet, and nothing that only it can reach.
//! A pure function over addresses; names are resolved and connections opened elsewhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of addresses: its first one, the number of bits that are fixed, and what it is.
type Range<A> = (A, u32, &'static str);

const fn v4(a: u8, b: u8, c: u8, d: u8) -> Ipv4Addr {
    Ipv4Addr::new(a, b, c, d)
}

const fn v6(a: u16, b: u16, c: u16) -> Ipv6Addr {
    Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)
}

/// What is not public in IPv4: IANA's registry of special-purpose addresses, multicast, and one address that serves the
/// machines of a cloud from within it.
const CLOSED_V4: &[Range<Ipv4Addr>] = &[
    (v4(0, 0, 0, 0), 8, "this network"),
    (v4(10, 0, 0, 0), 8, "private"),
    (v4(100, 64, 0, 0), 10, "shared by a carrier's customers"),
    (v4(127, 0, 0, 0), 8, "loopback"),
    (v4(168, 63, 129, 16), 32, "a cloud's own service"),
    (v4(169, 254, 0, 0), 16, "link-local"),
    (v4(172, 16, 0, 0), 12, "private"),
    (v4(192, 0, 0, 0), 24, "reserved for protocols"),
    (v4(192, 0, 2, 0), 24, "for documentation"),
    (v4(192, 88, 99, 0), 24, "reserved"),
    (v4(192, 168, 0, 0), 16, "private"),
    (v4(198, 18, 0, 0), 15, "for benchmarks"),
    (v4(198, 51, 100, 0), 24, "for documentation"),
    (v4(203, 0, 113, 0), 24, "for documentation"),
    (v4(224, 0, 0, 0), 4, "multicast"),
    (v4(240, 0, 0, 0), 4, "reserved"),
];

/// What is not public in IPv6 though it lies in the range of global addresses. Tunnels that carry an IPv4 address in
/// them, 6to4 and Teredo, are closed whole.
const CLOSED_V6: &[Range<Ipv6Addr>] = &[
    (v6(0x2001, 0, 0), 23, "reserved for protocols"),
    (v6(0x2001, 0xdb8, 0), 32, "for documentation"),
    (v6(0x2002, 0, 0), 16, "a 6to4 tunnel"),
    (v6(0x3fff, 0, 0), 20, "for documentation"),
];

/// Global unicast addresses: all that IANA has given out in IPv6.
const GLOBAL_V6: Range<Ipv6Addr> = (v6(0x2000, 0, 0), 3, "global");

/// The well-known prefix of NAT64: an IPv4 address follows it.
const NAT64: Range<Ipv6Addr> = (v6(0x64, 0xff9b, 0), 96, "nat64");

/// Why no connection to this address may be opened on another's behalf; `None` if it is public.
///
/// IPv4 addresses that IPv6 writes, mapped or behind NAT64, are judged as what they stand for.
pub(crate) fn refusal(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => refusal_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped().or_else(|| behind_nat64(address)) {
            Some(inner) => refusal_v4(inner),
            None => refusal_v6(address),
        },
    }
}

fn refusal_v4(address: Ipv4Addr) -> Option<&'static str> {
    let bits = address.to_bits();
    let within = |&&(first, fixed, _): &&Range<Ipv4Addr>| (bits ^ first.to_bits()) >> (32 - fixed) == 0;
    CLOSED_V4.iter().find(within).map(|&(_, _, what)| what)
}

fn refusal_v6(address: Ipv6Addr) -> Option<&'static str> {
    if address.is_loopback() {
        return Some("loopback");
    }
    if !within_v6(address, &GLOBAL_V6) {
        return Some("not global");
    }
    CLOSED_V6.iter().find(|range| within_v6(address, range)).map(|&(_, _, what)| what)
}

fn within_v6(address: Ipv6Addr, &(first, fixed, _): &Range<Ipv6Addr>) -> bool {
    (address.to_bits() ^ first.to_bits()) >> (128 - fixed) == 0
}

fn behind_nat64(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [.., a, b, c, d] = address.octets();
    within_v6(address, &NAT64).then(|| Ipv4Addr::new(a, b, c, d))
}
