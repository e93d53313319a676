//! Files in and out: reading no more than is allowed, naming outputs, and writing them whole or not at all.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use pushpix::{Adapted, Error, Format, Input, Limits, Spec};
use tempfile::{Builder, NamedTempFile};
use walkdir::WalkDir;

/// Whether `path` stands for standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a file, or standard input for `-`, which must not be longer than is allowed.
pub(crate) fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>, Error> {
    if !is_standard(path) {
        return Input::Path(path.to_owned()).into_bytes(limits);
    }
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(limits.max_input.as_u64().saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| Error::io(path, error))?;
    Input::Bytes(bytes).into_bytes(limits)
}

/// Where the picture from `input` goes for `spec`, but for the extension: `<dir>/<stem>.<channel>-<image-type>`.
pub(crate) fn output_stem(dir: &Path, input: &Path, spec: &Spec) -> PathBuf {
    let stem = if is_standard(input) { Path::new("stdin").as_os_str() } else { input.file_stem().unwrap_or_default() };
    dir.join(with_spec(stem, spec))
}

/// A name with a spec's behind it.
pub(crate) fn with_spec(name: &OsStr, spec: &Spec) -> OsString {
    let mut name = name.to_owned();
    name.push(".");
    name.push(spec.id().replace('/', "-"));
    name
}

/// `stem` with the extension of `format` put behind it; what looks like an extension already stays.
pub(crate) fn with_extension(stem: &Path, format: Format) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(".");
    name.push(format.extension());
    PathBuf::from(name)
}

/// The files, of whatever format, that stand where the output of this stem would go.
pub(crate) fn existing(stem: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let candidates = [Format::Jpeg, Format::Png].map(|format| with_extension(stem, format));
    candidates.into_iter().filter(|path| path.symlink_metadata().is_ok())
}

/// Writes the output of this stem.
pub(crate) fn write_output(stem: &Path, adapted: &Adapted, replace: bool) -> Result<PathBuf, Error> {
    let path = with_extension(stem, adapted.report.format);
    write(&path, &adapted.bytes, replace)?;
    Ok(path)
}

/// Writes a file under another name and renames it, so that nobody ever sees half of it. What stands there and is no
/// file, such as a pipe or `/dev/null`, is written to as it is.
pub(crate) fn write(path: &Path, bytes: &[u8], replace: bool) -> Result<(), Error> {
    let write = || -> io::Result<()> {
        match fs::metadata(path) {
            Ok(there) if !there.is_file() && !there.is_dir() => fs::write(path, bytes),
            _ => write_renamed(path, bytes, replace),
        }
    };
    write().map_err(|error| Error::io(path, error))
}

fn write_renamed(path: &Path, bytes: &[u8], replace: bool) -> io::Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    let mut file = temporary(dir)?;
    // Only by its lock is it known from one that was left behind. There are file systems without locks.
    let _ = file.as_file().lock();
    file.write_all(bytes)?;
    let renamed = if replace { file.persist(path) } else { file.persist_noclobber(path) };
    renamed.map(drop).map_err(|failed| match failed.error.kind() {
        ErrorKind::AlreadyExists if !replace => already_there(),
        _ => failed.error,
    })
}

/// That a file is not overwritten without being asked to.
pub(crate) fn already_there() -> io::Error {
    io::Error::new(ErrorKind::AlreadyExists, "it is there already, --force replaces it")
}

const PREFIX: &str = ".pushpix-";
const SUFFIX: &str = ".tmp";

/// Whether a file of this name is one that a run has left unfinished, or has not finished yet.
pub(crate) fn is_temporary(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(PREFIX.as_bytes()) && name.ends_with(SUFFIX.as_bytes())
}

/// Removes the temporary files below a folder that nobody is writing any more.
pub(crate) fn sweep(dir: &Path) -> Vec<Error> {
    let remove = |path: &Path| match fs::File::open(path)?.try_lock() {
        Err(fs::TryLockError::WouldBlock) => Ok(()),
        Ok(()) | Err(fs::TryLockError::Error(_)) => fs::remove_file(path),
    };
    let entries = WalkDir::new(dir).into_iter().flatten();
    let stale = entries.filter(|entry| entry.file_type().is_file() && is_temporary(entry.file_name()));
    stale.filter_map(|entry| remove(entry.path()).err().map(|error| Error::io(entry.path(), error))).collect()
}

/// A temporary file beside the one it is to become. Its name says whose it is, should a crash leave it behind.
pub(crate) fn temporary(dir: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    // A temporary file is private by default; an output has the permissions that the user's umask leaves.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(dir)
}
