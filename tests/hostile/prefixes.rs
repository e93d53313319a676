//! Every beginning of every small file.

use std::collections::BTreeMap;

use pushpix::Limits;

use crate::doors::{fast, small, word};
use crate::measure::{LONGEST, SLACK, turn};
use crate::pictures::{files, testdata};

#[test]
fn no_prefix_of_a_file_panics_or_passes_for_another_picture() {
    let turn = turn();
    let (strict, spec) = (fast(&Limits::default()), small());
    let lenient = strict.clone().with_lenient(true);
    let mut words = BTreeMap::<_, u32>::new();
    for path in files(&testdata()) {
        let whole = std::fs::read(&path).unwrap();
        if whole.len() > 4096 {
            continue;
        }
        let picture = strict.adapt(&whole, &spec).unwrap().bytes;
        for len in 0..whole.len() {
            let prefix = &whole[..len];
            let case = || format!("{} at {len} bytes", path.display());
            let (outcome, taken) = turn.measured(|| strict.adapt(prefix, &spec));
            let outcome = outcome.unwrap_or_else(|| panic!("{} panics", case()));
            assert!(taken.time < LONGEST && taken.bytes < SLACK, "{} takes {taken:?}", case());
            if let Ok(out) = &outcome {
                // All of the picture came before the end: an end marker, or bytes that follow it, are missing.
                assert!(out.bytes == picture, "{} shows something else", case());
            }
            let outcome = outcome.map(drop);
            assert!(matches!(word(&outcome), "ok" | "decode" | "unsupported"), "{}: {outcome:?}", case());
            *words.entry(word(&outcome)).or_default() += 1;
            if len % 16 == 0 {
                let (outcome, taken) = turn.measured(|| lenient.adapt(prefix, &spec).map(drop));
                let outcome = outcome.unwrap_or_else(|| panic!("{} panics leniently", case()));
                assert!(taken.time < LONGEST && taken.bytes < SLACK, "{} takes {taken:?} leniently", case());
                assert!(matches!(word(&outcome), "ok" | "decode" | "unsupported"), "{}: {outcome:?}", case());
            }
        }
    }
    eprintln!("prefixes: {words:?}");
    assert!(words["decode"] > 100_000);
}
