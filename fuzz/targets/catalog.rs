//! Any text: a table is read, or the error names a line that is there.

use pushpix::{Catalog, Error, SpecError};

pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    match Catalog::from_toml(text) {
        Ok(catalog) => {
            for spec in catalog.iter() {
                assert_eq!(catalog.get(spec.id()).expect("a row is found by its id"), spec);
                // A selection may be empty, which is an error of its own.
                let selected = catalog.select(spec.channel()).unwrap_or_default();
                assert!(selected.iter().all(|one| one.channel() == spec.channel() && one.check_adaptable().is_ok()));
                let mut wrong = spec.id().to_owned();
                wrong.push('x');
                match catalog.get(&wrong) {
                    Ok(found) => assert_eq!(found.id(), wrong),
                    Err(Error::Spec(SpecError::UnknownId { id, nearest, .. })) => {
                        assert_eq!(id, wrong);
                        assert!(nearest.is_none_or(|nearest| catalog.get(&nearest).is_ok()));
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
        Err(Error::Spec(SpecError::Table { line, .. })) => {
            assert!((1..=text.matches('\n').count() + 1).contains(&line));
        }
        Err(other) => panic!("{other}"),
    }
}
