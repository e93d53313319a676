//! Any bytes for any row of the table: what is adapted complies, and adapting it again changes no byte.

use pushpix::{Catalog, Error};

use super::figures::Figures;

pub(crate) fn run(bytes: &[u8]) {
    let mut figures = Figures::new(bytes);
    let rows: Vec<_> = Catalog::builtin().iter().collect();
    let spec = figures.one_of(&rows);
    let adapter = super::adapter().with_lenient(figures.flag());
    let file = figures.file();
    // Any file has a verdict, whatever it is.
    let verdict = adapter.verify(file, spec);
    match adapter.adapt(file, spec) {
        Ok(out) => {
            assert!(!out.report.passthrough || verdict.complies() && out.bytes == file);
            let verdict = adapter.verify(&out.bytes, spec);
            assert!(verdict.complies(), "{verdict}");
            let again = adapter.adapt(&out.bytes, spec).expect("our own output can be adapted");
            assert!(again.report.passthrough && again.bytes == out.bytes, "{}, then {}", out.report, again.report);
        }
        Err(Error::Encode { what, source, .. }) => panic!("{what}: {source}"),
        Err(error) => assert!(error.kind() != "io", "{error}"),
    }
}
