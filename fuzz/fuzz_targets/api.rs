#![no_main]

libfuzzer_sys::fuzz_target!(init: pushpix_fuzz::count_contained_panics(), |bytes: &[u8]| pushpix_fuzz::run("api", bytes));
