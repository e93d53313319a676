//! Any text: a table is read, or the error names a line that is there.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pushpix::{Catalog, Error, SpecError};

fuzz_target!(|text: &str| {
    match Catalog::from_toml(text) {
        Ok(catalog) => {
            for spec in catalog.iter() {
                assert_eq!(catalog.get(spec.id()).expect("a row is found by its id"), spec);
                // A selection may be empty, which is an error of its own.
                let _ = catalog.select(spec.channel());
            }
        }
        Err(Error::Spec(SpecError::Table { line, .. })) => {
            assert!((1..=text.matches('\n').count() + 1).contains(&line));
        }
        Err(other) => panic!("{other}"),
    }
});
