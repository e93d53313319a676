//! Which pictures a batch is about: files, the trees of folders, patterns, lists of files; and where below the output
//! folder each belongs.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use pushpix::{Error, Format};
use twox_hash::XxHash3_128;
use walkdir::WalkDir;

use crate::args::BatchArgs;
use crate::{Failure, files};

/// A file that may be a picture.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) path: PathBuf,
    /// How many names at the beginning of the path are not mirrored.
    skip: usize,
    /// Whether it was come upon in a folder, where there may be other files too.
    found: bool,
    /// Why it cannot be read, if that is known already.
    pub(super) error: Option<Error>,
}

impl Item {
    /// Where its outputs belong below the output folder, but for what follows the picture's own name.
    pub(super) fn place(&self, full_names: bool) -> PathBuf {
        let place: PathBuf = self.path.components().filter(is_name).skip(self.skip).collect();
        match place.file_stem() {
            Some(stem) if !full_names => place.with_file_name(stem),
            _ => place,
        }
    }

    /// Whether it is to be adapted: it was named, is named like a picture, or begins like one.
    pub(super) fn is_meant(&self) -> io::Result<bool> {
        if !self.found || is_named_like_a_picture(&self.path) {
            return Ok(true);
        }
        let mut start = Vec::new();
        File::open(&self.path)?.take(16).read_to_end(&mut start)?;
        Ok(Format::detect(&start).is_some())
    }
}

fn is_named_like_a_picture(path: &Path) -> bool {
    path.extension().and_then(|extension| extension.to_str()).and_then(Format::of_extension).is_some()
}

/// All files that are asked for, in order.
pub(super) fn items(args: &BatchArgs) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    let out_dir = fs::canonicalize(&args.out_dir).ok();
    for input in &args.inputs {
        let pattern = input.to_str().filter(|text| text.contains(['*', '?', '[']) && !input.exists());
        match pattern {
            Some(pattern) => matching(pattern, out_dir.as_deref(), &mut items)?,
            None if input.is_dir() => below(input, out_dir.as_deref(), &mut items)?,
            None => items.push(named(input.clone())),
        }
    }
    if let Some(list) = &args.files_from {
        items.extend(listed(list, args.null)?);
    }
    for item in &mut items {
        if item.error.is_none() && item.place(true).as_os_str().is_empty() {
            item.error = Some(Error::io(&item.path, io::Error::new(io::ErrorKind::InvalidInput, "it names no file")));
        }
    }
    check_apart(&items, args.full_names)?;
    Ok(items)
}

fn named(path: PathBuf) -> Item {
    let skip = path.components().filter(is_name).count().saturating_sub(1);
    Item { path, skip, found: false, error: None }
}

/// Whether a part of a path names something, where `.`, `..` and `/` lead somewhere.
fn is_name(part: &Component<'_>) -> bool {
    matches!(part, Component::Normal(_))
}

/// The files below a folder, links followed; not those below the output folder.
fn below(folder: &Path, out_dir: Option<&Path>, items: &mut Vec<Item>) -> Result<(), Failure> {
    check_is_not_output(folder, out_dir)?;
    let skip = folder.components().filter(is_name).count();
    let is_output = |path: &Path| out_dir.is_some() && fs::canonicalize(path).ok().as_deref() == out_dir;
    let entries = WalkDir::new(folder)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| !(entry.file_type().is_dir() && entry.depth() > 0 && is_output(entry.path())));
    for entry in entries {
        let found = true;
        match entry {
            Ok(entry) if entry.file_type().is_dir() || files::is_temporary(entry.file_name()) => {}
            Ok(entry) if entry.file_type().is_file() => {
                items.push(Item { path: entry.into_path(), skip, found, error: None });
            }
            // Pipes, sockets and devices are no pictures.
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let error = Some(Error::io(&path, error.into()));
                items.push(Item { path, skip, found, error });
            }
        }
    }
    Ok(())
}

fn check_is_not_output(folder: &Path, out_dir: Option<&Path>) -> Result<(), Failure> {
    if out_dir.is_some() && fs::canonicalize(folder).ok().as_deref() == out_dir {
        let folder = folder.display();
        return Err(Failure::Usage(format!("{folder} is the output folder: outputs would be taken for inputs")));
    }
    Ok(())
}

/// The files that a pattern matches; not those in an output folder that lies below its fixed part.
fn matching(pattern: &str, out_dir: Option<&Path>, items: &mut Vec<Item>) -> Result<(), Failure> {
    let is_fixed = |part: &Component<'_>| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    let mut fixed: PathBuf = Path::new(pattern).components().take_while(is_fixed).collect();
    let skip = fixed.components().filter(is_name).count();
    if fixed.as_os_str().is_empty() {
        fixed = PathBuf::from(".");
    }
    check_is_not_output(&fixed, out_dir)?;
    let out_dir = out_dir.filter(|out_dir| fs::canonicalize(&fixed).is_ok_and(|fixed| out_dir.starts_with(fixed)));
    let paths = glob::glob(pattern).map_err(|error| Failure::Usage(format!("{pattern}: {error}")))?;
    let mut matched = false;
    for path in paths {
        matched = true;
        match path {
            Ok(path) if path.is_dir() || path.file_name().is_some_and(files::is_temporary) => {}
            Ok(path) => {
                let within = |out| fs::canonicalize(&path).is_ok_and(|path| path.starts_with(out));
                if !out_dir.is_some_and(within) {
                    items.push(Item { path, skip, found: true, error: None });
                }
            }
            Err(error) => {
                let path = error.path().to_owned();
                let error = Some(Error::io(&path, error.into()));
                items.push(Item { path, skip, found: true, error });
            }
        }
    }
    if !matched {
        return Err(Failure::Usage(format!("no file is named {pattern}, and none matches it")));
    }
    Ok(())
}

/// The files of a list, each at its own path below the output folder.
fn listed(list: &Path, null: bool) -> Result<Vec<Item>, Failure> {
    let text = if files::is_standard(list) {
        let mut text = Vec::new();
        io::stdin().lock().read_to_end(&mut text).map(|_| text)
    } else {
        fs::read(list)
    };
    let text = text.map_err(|error| Failure::Usage(format!("{}: {error}", list.display())))?;
    let end = if null { 0 } else { b'\n' };
    let names = text.split(|&byte| byte == end).filter(|name| !name.is_empty());
    let item = |name: &[u8]| Ok(Item { path: path(name)?, skip: 0, found: false, error: None });
    names.map(item).collect()
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn path(name: &[u8]) -> Result<PathBuf, Failure> {
    Ok(<OsString as std::os::unix::ffi::OsStringExt>::from_vec(name.to_vec()).into())
}

#[cfg(not(unix))]
fn path(name: &[u8]) -> Result<PathBuf, Failure> {
    let name = std::str::from_utf8(name).map_err(|error| Failure::Usage(format!("--files-from: {error}")))?;
    Ok(OsString::from(name.trim_end_matches('\r')).into())
}

/// Refuses what would write two pictures to one file.
fn check_apart(items: &[Item], full_names: bool) -> Result<(), Failure> {
    // Of places only hashes are kept: there may be millions.
    let mut taken: HashMap<u128, usize> = HashMap::with_capacity(items.len());
    for (index, item) in items.iter().enumerate().filter(|(_, item)| item.error.is_none()) {
        let place = XxHash3_128::oneshot(item.place(full_names).as_os_str().as_encoded_bytes());
        let mut other = match taken.entry(place) {
            Entry::Vacant(entry) => {
                entry.insert(index);
                continue;
            }
            Entry::Occupied(entry) => entry,
        };
        // In folders, a note may lie beside a picture under the same name. What cannot be read writes nothing.
        if !item.is_meant().unwrap_or(false) {
            continue;
        }
        let before = &items[*other.get()];
        if before.is_meant().unwrap_or(false) {
            let (one, two) = (before.path.display(), item.path.display());
            let way = if full_names { "" } else { "; --full-names keeps photo.jpg and photo.png apart" };
            return Err(Failure::Usage(format!("{one} and {two} would be written to the same file{way}")));
        }
        other.insert(index);
    }
    Ok(())
}
