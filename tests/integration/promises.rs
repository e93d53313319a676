//! That every promise names tests which exist.

use std::fs;
use std::path::{Path, PathBuf};

use crate::layering::sources;

/// The file in which the test of this path is to be found: that of its module, or of the module around it.
fn holds(test: &str, all: &[PathBuf]) -> bool {
    let mut modules: Vec<&str> = test.split("::").collect();
    let name = modules.pop().unwrap();
    let place = modules.join("/");
    let candidates = |root: &str, place: &str| {
        let inside = place.strip_suffix("/tests").unwrap_or(place);
        let at = |inside: &str| [format!("{root}/{inside}.rs"), format!("{root}/{inside}/mod.rs")];
        [at(place), at(inside)].concat()
    };
    let roots = if place.starts_with("hostile/") { vec!["tests"] } else { vec!["src", "tests/integration"] };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = roots.iter().flat_map(|base| candidates(base, &place)).map(|file| root.join(file));
    files
        .filter(|file| all.contains(file))
        .map(|file| fs::read_to_string(file).unwrap())
        .any(|code| code.contains(&format!("fn {name}(")) && code.contains("#[test]"))
}

#[test]
fn every_promise_is_held_by_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    ["src", "tests"].iter().for_each(|dir| sources(&root.join(dir), &mut all));
    let table = fs::read_to_string(root.join("tests/README.md")).unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ") && line.contains("::")).collect();
    let numbers: Vec<&str> = rows.iter().map(|row| &row[2..3]).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6", "7", "8"]);
    for row in rows {
        let tests: Vec<&str> = row.split('`').filter(|name| name.matches("::").count() > 1 || is_test(name)).collect();
        assert!(tests.len() > 1, "{row}");
        for test in tests {
            assert!(holds(test, &all), "there is no test {test}");
        }
    }
}

/// Whether a name is a path to a function, and not to a room.
fn is_test(name: &str) -> bool {
    name.split("::").nth(1).is_some_and(|last| last.contains('_'))
}
