//! The order of the rooms: a file uses only what is listed above it, and foreign crates stay in their rooms.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of the library from the ground up.
const ROOMS: &[&str] = &[
    "units",
    "format",
    "error",
    "limits",
    "warning",
    "panics",
    "simd",
    "placement",
    "scale",
    "raster",
    "palette",
    "orientation",
    "budget",
    "spec",
    "codec",
    "resample",
    "letterbox",
    "verify",
    "report",
    "plan",
    "ladder",
    "adapt",
    "adapter",
    "batch",
    "api",
    "calibration",
    "fuzzing",
    "stages",
    "lib",
];

/// Crates and calls that one room alone may name.
const CONFINED: &[(&str, &str)] = &[
    ("mozjpeg::", "codec"),
    ("oxipng::", "codec"),
    ("png::{", "codec"),
    ("png::Limits", "codec"),
    ("moxcms", "codec"),
    ("crc32fast", "codec"),
    ("miniz_oxide", "codec"),
    ("pxfm", "codec"),
    ("image::", "codec"),
    ("catch_unwind", "panics"),
    ("rayon::", "batch"),
    ("fast_image_resize", "resample"),
    ("fearless_simd", "simd"),
    ("toml::", "spec"),
    ("strsim::", "spec"),
    ("serde_json::", "api"),
];

/// Every file of Rust below a folder.
pub(crate) fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The code of every file of the library but for its comments and tests, with the room it stands in.
fn library() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&src, &mut paths);
    paths.retain(|path| !path.starts_with(src.join("bin")));
    let read = |path: PathBuf| {
        let inside = path.strip_prefix(&src).unwrap().to_path_buf();
        let first = inside.components().next().unwrap().as_os_str().to_string_lossy();
        let room = first.trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        (room, inside, code.join("\n"))
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn a_room_uses_only_the_rooms_below_it() {
    let level = |room: &str| ROOMS.iter().position(|known| *known == room);
    let mut uses = 0;
    for (room, path, code) in library() {
        let own = level(&room).unwrap_or_else(|| panic!("{} is in no known room", path.display()));
        for (start, _) in code.match_indices("crate::") {
            let used: String = code[start + 7..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let Some(used_level) = level(&used) else {
                panic!("{} uses crate::{used}, which is no room", path.display());
            };
            uses += 1;
            assert!(used_level <= own, "{} uses crate::{used}, which stands above it", path.display());
        }
    }
    assert!(uses > 40, "the search for uses of rooms found {uses}");
}

#[test]
fn foreign_crates_stay_in_their_rooms() {
    for (name, home) in CONFINED {
        let users: Vec<String> = library()
            .into_iter()
            .filter(|(_, _, code)| {
                let whole_word =
                    |(start, _): (usize, &str)| !code[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
                code.match_indices(name).any(whole_word)
            })
            .map(|(room, _, _)| room)
            .collect();
        assert!(!users.is_empty(), "nobody names {name} any more");
        assert!(users.iter().all(|room| room == home), "{name} is named in {users:?}");
    }
}

#[test]
fn panics_are_contained_in_one_file() {
    let users: Vec<PathBuf> =
        library().into_iter().filter(|(_, _, code)| code.contains("catch_unwind")).map(|(_, path, _)| path).collect();
    assert_eq!(users, [Path::new("panics.rs")]);
}
