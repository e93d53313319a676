//! Which pictures a batch is about: files, the trees of folders, patterns, lists of files; and where below the output
//! folder each belongs.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use pushpix::{Error, Format, Spec};
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
    /// Whether it is a file with content, and no pipe, socket or device. Those are read only where they are named.
    regular: bool,
    /// Why it cannot be read, if that is known already.
    pub(super) error: Option<Error>,
}

impl Item {
    /// Where its outputs belong below the output folder: the folder there, and the name but for what follows the
    /// picture's own. `None` if the path names no file.
    pub(super) fn place(&self, full_names: bool) -> Option<(PathBuf, &OsStr)> {
        let mut folder: PathBuf = self.path.components().filter(is_name).skip(self.skip).collect();
        let whole = self.path.file_name().filter(|_| folder.pop())?;
        let stem = self.path.file_stem().filter(|_| !full_names);
        Some((folder, stem.unwrap_or(whole)))
    }

    /// Whether it is to be adapted: it was named, is named like a picture, or begins like one.
    pub(super) fn is_meant(&self) -> io::Result<bool> {
        if !self.found || is_named_like_a_picture(&self.path) {
            return Ok(true);
        }
        if !self.regular {
            return Ok(false);
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
pub(super) fn items(args: &BatchArgs, specs: &[Spec]) -> Result<Vec<Item>, Failure> {
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
        let wrong = |what| Some(Error::io(&item.path, io::Error::new(io::ErrorKind::InvalidInput, what)));
        if item.error.is_none() && item.place(true).is_none() {
            item.error = wrong("it names no file");
        } else if !item.regular && is_named_like_a_picture(&item.path) {
            item.error = wrong("it is a pipe, a socket or a device");
        }
    }
    check_apart(&items, args.full_names, specs)?;
    check_inputs_stay(&items, args, specs)?;
    Ok(items)
}

fn named(path: PathBuf) -> Item {
    let skip = path.components().filter(is_name).count().saturating_sub(1);
    Item { path, skip, found: false, regular: true, error: None }
}

/// Whether a part of a path names something, where `.`, `..` and `/` lead somewhere.
fn is_name(part: &Component<'_>) -> bool {
    matches!(part, Component::Normal(_))
}

/// The files below a folder, links followed; not those below the output folder.
fn below(folder: &Path, out_dir: Option<&Path>, items: &mut Vec<Item>) -> Result<(), Failure> {
    check_is_not_output(folder, out_dir)?;
    let skip = folder.components().filter(is_name).count();
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_default();
    // A link may lead below the output folder.
    let within = out_dir.filter(|out_dir| !real(folder).starts_with(out_dir));
    let is_output = |path: &Path, linked: bool| {
        out_dir.is_some_and(|out_dir| real(path) == *out_dir)
            || within.is_some_and(|out| linked && real(path).starts_with(out))
    };
    let entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_entry(|entry| {
        !(entry.file_type().is_dir() && entry.depth() > 0 && is_output(entry.path(), entry.path_is_symlink()))
    });
    for entry in entries {
        let found = true;
        match entry {
            Ok(entry) if entry.file_type().is_dir() || files::is_temporary(entry.file_name()) => {}
            Ok(entry) => {
                let regular = entry.file_type().is_file();
                items.push(Item { path: entry.into_path(), skip, found, regular, error: None });
            }
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let error = Some(Error::io(&path, error.into()));
                items.push(Item { path, skip, found, regular: true, error });
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
    // The matches come without any `.` in their paths.
    let pattern: PathBuf = Path::new(pattern).components().filter(|part| *part != Component::CurDir).collect();
    let pattern = &pattern.to_string_lossy();
    let is_fixed = |part: &Component<'_>| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    let mut fixed: PathBuf = Path::new(&**pattern).components().take_while(is_fixed).collect();
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
                    let regular = path.is_file();
                    items.push(Item { path, skip, found: true, regular, error: None });
                }
            }
            Err(error) => {
                let path = error.path().to_owned();
                let error = Some(Error::io(&path, error.into()));
                items.push(Item { path, skip, found: true, regular: true, error });
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
    // A list that was written elsewhere may have lines that end in CR and LF.
    let names =
        text.split(|&byte| byte == end).map(|name| if null { name } else { name.strip_suffix(b"\r").unwrap_or(name) });
    let names = names.filter(|name| !name.is_empty());
    let item = |name: &[u8]| Ok(Item { path: path(name)?, skip: 0, found: false, regular: true, error: None });
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
    Ok(OsString::from(name).into())
}

/// Refuses what would write two pictures to one file.
fn check_apart(items: &[Item], full_names: bool, specs: &[Spec]) -> Result<(), Failure> {
    let mut names = HashMap::new();
    for spec in specs {
        if let Some(other) = names.insert(files::with_spec(OsStr::new(""), spec), spec.id()) {
            let spec = spec.id();
            return Err(Failure::Usage(format!("outputs for {other} and {spec} would be written to the same file")));
        }
    }
    // Of places only hashes are kept: there may be millions.
    let mut taken: HashMap<u128, usize> = HashMap::with_capacity(items.len());
    for (index, item) in items.iter().enumerate().filter(|(_, item)| item.error.is_none()) {
        let place = item.place(full_names).map(|(folder, name)| (folder.into_os_string(), name));
        let place = place.map(|(folder, name)| [folder.as_encoded_bytes(), name.as_encoded_bytes()].join(&b'/'));
        let place = XxHash3_128::oneshot(&place.unwrap_or_default());
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

/// Refuses what would replace one of the inputs.
fn check_inputs_stay(items: &[Item], args: &BatchArgs, specs: &[Spec]) -> Result<(), Failure> {
    let Ok(out_dir) = fs::canonicalize(&args.out_dir) else { return Ok(()) };
    let mut folders: HashMap<PathBuf, Option<PathBuf>> = HashMap::new();
    let mut real = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = folders.entry(folder.to_owned()).or_insert_with(|| fs::canonicalize(folder).ok());
        Some(folder.as_ref()?.join(path.file_name()?))
    };
    let inputs: HashSet<PathBuf> =
        items.iter().filter_map(|item| real(&item.path)).filter(|path| path.starts_with(&out_dir)).collect();
    if inputs.is_empty() {
        return Ok(());
    }
    for (item, (folder, name)) in items.iter().filter_map(|item| Some((item, item.place(args.full_names)?))) {
        for spec in specs {
            let stem = out_dir.join(&folder).join(files::with_spec(name, spec));
            let mut outputs =
                [Format::Jpeg, Format::Png].map(|format| files::with_extension(&stem, format)).into_iter();
            if outputs.any(|path| real(&path).is_some_and(|path| inputs.contains(&path))) {
                let (path, stem) = (item.path.display(), stem.display());
                return Err(Failure::Usage(format!("{path} would be written to {stem}, which is an input")));
            }
        }
    }
    Ok(())
}
