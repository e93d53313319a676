//! The promises on real pictures: a folder named by `PUSHPIX_CORPUS` with `photos/` and `graphics/` in it.
//! The pictures are other people's and are not part of this project, so without the variable nothing is tested.

use std::path::{Path, PathBuf};

use pushpix::{Adapter, Effort, Spec};

use crate::pictures::{Seen, files, near};

fn corpus() -> Option<PathBuf> {
    let corpus = std::env::var_os("PUSHPIX_CORPUS").map(PathBuf::from);
    if corpus.is_none() {
        eprintln!("skipped: PUSHPIX_CORPUS names no folder of pictures");
    }
    corpus
}

fn adapt_all(dir: &Path) -> usize {
    let adapter = Adapter::new().with_effort(Effort::Fast);
    let paths = files(dir);
    for path in &paths {
        let input = std::fs::read(path).unwrap();
        for id in ["oppo/large-image", "oppo/large-icon"] {
            let case = format!("{} for {id}", path.display());
            let spec = Spec::builtin(id).unwrap();
            let out = adapter.adapt(&input, spec).unwrap_or_else(|error| panic!("{case}: {error}"));
            let seen = Seen::of(&out.bytes);
            let canvas = spec.canvas.unwrap().size().unwrap();
            assert_eq!(seen.size(), (canvas.width(), canvas.height()), "{case}");
            assert!(out.bytes.len() as u64 <= spec.cap.unwrap().largest().as_u64(), "{case}");
            let padding = if seen.has_alpha { [0; 4] } else { [255; 4] };
            for corner in seen.padded_corners(&out.report.placement) {
                assert!(near(corner, padding, 4), "{case}: {corner:?}");
            }
        }
    }
    paths.len()
}

#[test]
fn every_photo_and_graphic_adapts() {
    let Some(corpus) = corpus() else { return };
    let (photos, graphics) = (adapt_all(&corpus.join("photos")), adapt_all(&corpus.join("graphics")));
    eprintln!("adapted {photos} photos and {graphics} graphics");
}
