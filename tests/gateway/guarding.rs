//! The guard against addresses that are not public, over lists of addresses.

use std::net::IpAddr;

use crate::guard::refusal;

/// Each range by its first and last address.
const CLOSED: &[(&str, &str)] = &[
    ("0.0.0.0", "0.255.255.255"),
    ("10.0.0.0", "10.255.255.255"),
    ("100.64.0.0", "100.127.255.255"),
    ("127.0.0.0", "127.255.255.255"),
    ("168.63.129.16", "168.63.129.16"),
    ("169.254.0.0", "169.254.255.255"),
    ("169.254.169.254", "169.254.169.254"),
    ("172.16.0.0", "172.31.255.255"),
    ("192.0.0.0", "192.0.0.255"),
    ("192.0.2.0", "192.0.2.255"),
    ("192.88.99.0", "192.88.99.255"),
    ("192.168.0.0", "192.168.255.255"),
    ("198.18.0.0", "198.19.255.255"),
    ("198.51.100.0", "198.51.100.255"),
    ("203.0.113.0", "203.0.113.255"),
    ("224.0.0.0", "239.255.255.255"),
    ("240.0.0.0", "255.255.255.255"),
];

/// What lies just beside the ranges, and some that are well known.
const OPEN: &[&str] = &[
    "1.0.0.0",
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
];

/// IPv6 that is not public, but for the ways to write IPv4 in it.
const CLOSED_V6: &[&str] = &[
    "::",
    "::1",
    "::2",
    "::7f00:1",          // 127.0.0.1 as an IPv4-compatible address
    "::808:808",         // and a public one
    "::ffff:0:7f00:1",   // IPv4-translated
    "64:ff9b:1::7f00:1", // NAT64 for local use
    "100::1",            // to be discarded
    "1fff:ffff::1",      // below the global ones
    "2001::7f00:1",      // Teredo
    "2001:0:808:808::1", // Teredo by way of a public server
    "2001:2::1",         // for benchmarks
    "2001:10::1",        // ORCHID
    "2001:1ff:ffff::1",  // the last reserved for protocols
    "2001:db8::1",       // for documentation
    "2002:7f00:1::1",    // 6to4 to 127.0.0.1
    "2002:808:808::1",   // and to a public one
    "3fff::1",           // for documentation
    "3fff:fff:ffff::1",  // the last of them
    "4000::1",           // above the global ones
    "5f00::1",           // segment routing
    "fc00::1",           // unique local
    "fd00:ec2::254",     // a cloud's own service
    "fdff:ffff::1",
    "fe80::1", // link-local
    "febf::1",
    "fec0::1", // site-local
    "ff02::1", // multicast
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

const OPEN_V6: &[&str] = &[
    "2000::1",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2001:db7:ffff::1",
    "2001:db9::1",
    "2003::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
    "3ffe:ffff::1",
    "3fff:1000::1",
];

fn address(text: &str) -> IpAddr {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn what_is_not_public_is_refused() {
    for (first, last) in CLOSED {
        assert!(refusal(address(first)).is_some(), "{first}");
        assert!(refusal(address(last)).is_some(), "{last}");
    }
    for closed in CLOSED_V6 {
        assert!(refusal(address(closed)).is_some(), "{closed}");
    }
}

#[test]
fn what_is_public_is_not() {
    for open in OPEN.iter().chain(OPEN_V6) {
        assert_eq!(refusal(address(open)), None, "{open}");
    }
}

#[test]
fn an_ipv4_address_in_ipv6_is_judged_by_itself() {
    let forms = |address: &str| [format!("::ffff:{address}"), format!("64:ff9b::{address}")];
    for (first, last) in CLOSED {
        for form in [first, last].into_iter().flat_map(|address| forms(address)) {
            assert!(refusal(address(&form)).is_some(), "{form}");
        }
    }
    for form in OPEN.iter().flat_map(|address| forms(address)) {
        assert_eq!(refusal(address(&form)), None, "{form}");
    }
}

#[test]
fn no_private_address_of_the_standard_library_is_public() {
    let step = |octets: [u8; 4]| IpAddr::from(octets);
    for a in 0..=255 {
        for b in 0..=255 {
            for (c, d) in [(0, 0), (0, 1), (2, 1), (99, 1), (100, 1), (113, 1), (255, 255)] {
                let IpAddr::V4(v4) = step([a, b, c, d]) else { unreachable!() };
                let private = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast();
                if private || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified() {
                    assert!(refusal(v4.into()).is_some(), "{v4}");
                }
            }
        }
    }
}
