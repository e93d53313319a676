//! The gateway as its callers see it: the program `examples/gateway` is started, and spoken to over HTTP on loopback.
//! Tests are named after the numbered rules and the codes of the two APIs, `v3_rule_36_…`, `v4_code_51_…`. Those that
//! need a server are here, the others in `integration/`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on must stop, and one that is skipped or measures says so"
)]

mod client;
mod codes;
mod curl;
mod fetching;
#[path = "../../examples/gateway/guard.rs"]
mod guard;
mod guarding;
mod holding;
mod keeping;
mod load;
mod origin;
#[expect(dead_code, reason = "the other tests use the rest of it")]
#[path = "../integration/pictures.rs"]
mod pictures;
#[path = "../integration/api/printed.rs"]
mod printed;
mod quota;
mod server;
mod v3_rules;
mod v4_rules;
