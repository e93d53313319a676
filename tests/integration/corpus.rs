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

/// A line of the corpus's `MANIFEST.tsv`.
struct Listed {
    path: String,
    expected: String,
}

fn manifest(corpus: &Path) -> Vec<Listed> {
    let text = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap();
    let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let column = |name: &str| head.iter().position(|cell| cell == name).unwrap();
    let (path, expected) = (column("path"), column("expected"));
    lines.map(|cells| Listed { path: cells[path].clone(), expected: cells[expected].clone() }).collect()
}

#[test]
fn robust_files_get_what_is_expected() {
    let Some(corpus) = corpus() else { return };
    if !corpus.join("MANIFEST.tsv").is_file() {
        eprintln!("skipped: the folder has no MANIFEST.tsv");
        return;
    }
    let adapter = Adapter::new().with_effort(Effort::Fast);
    let spec = Spec::builtin("oppo/large-icon").unwrap();
    let listed: Vec<Listed> =
        manifest(&corpus).into_iter().filter(|listed| listed.path.starts_with("robust/")).collect();
    let mut wrong = Vec::new();
    eprintln!("{:<70}  {:<9}  got", "file", "expected");
    for Listed { path, expected } in &listed {
        let input = std::fs::read(corpus.join(path)).unwrap();
        let name = path.trim_start_matches("robust/");
        let (taken, got) = match adapter.adapt(&input, spec) {
            Ok(out) => {
                let warnings: Vec<&str> = out.report.warnings.iter().map(|warning| warning.code()).collect();
                (true, format!("ok {}", warnings.join(" ")))
            }
            Err(error) => {
                assert!(matches!(error.kind(), "decode" | "unsupported" | "limit"), "{name}: {error}");
                (false, format!("{}: {error}", error.kind()))
            }
        };
        eprintln!("{name:<70}  {expected:<9}  {got}");
        let right = match expected.as_str() {
            "ok" => taken,
            "must-fail" => !taken,
            _ => true,
        };
        if !right {
            wrong.push(format!("{name}: expected {expected}, got {got}"));
        }
        // Leniently as much is taken, and more.
        let lenient = adapter.clone().with_lenient(true).adapt(&input, spec);
        assert!(!taken || lenient.is_ok(), "{name}: {lenient:?}");
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
