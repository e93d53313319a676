//! The pictures' files: one for each, named by its id. A file is there whole or not at all.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What the name of a file ends in until it is whole.
const UNFINISHED: &str = ".unfinished";

/// The folder of the files.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    /// Makes the folder where there is none.
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        make_folder(&folder)?;
        Ok(Self { folder })
    }

    /// Writes a file under another name and renames it, so that nobody sees a part of it. It is on the disk when this
    /// returns, and its name when [`sync`](Self::sync) does.
    pub(super) fn write(&self, id: &str, bytes: &[u8]) -> io::Result<()> {
        let unfinished = self.folder.join(format!("{id}{UNFINISHED}"));
        let mut file = File::create_new(&unfinished)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_data());
        drop(file);
        if let Err(error) = written.and_then(|()| fs::rename(&unfinished, self.path(id))) {
            remove(&unfinished)?;
            return Err(error);
        }
        Ok(())
    }

    /// Waits until the names of the files are on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        sync(&self.folder)
    }

    /// A file's bytes; `None` if it is not there.
    pub(super) fn read(&self, id: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(id)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    /// Deletes a file, if it is there.
    pub(super) fn remove(&self, id: &str) -> io::Result<()> {
        remove(&self.path(id))
    }

    /// Deletes the files of pictures that are not among these, and counts them. What has another name than a picture
    /// is somebody else's, and stays. So does what cannot be deleted; the next start tries again.
    pub(super) fn keep_only(&self, ids: &HashSet<String>) -> io::Result<usize> {
        let mut removed = 0;
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let path = entry.path();
            match entry.file_name().to_str() {
                Some(name) if ids.contains(name) => {}
                Some(name) if is_ours(name) => match remove(&path) {
                    Ok(()) => removed += 1,
                    Err(error) => tracing::warn!(?path, %error, "a file without a record cannot be deleted"),
                },
                _ => tracing::warn!(?path, "this is no picture's file, and is left alone"),
            }
        }
        Ok(removed)
    }

    /// Whether there is a file with a picture's name.
    pub(super) fn has_pictures(&self) -> io::Result<bool> {
        for entry in fs::read_dir(&self.folder)? {
            if entry?.file_name().to_str().is_some_and(is_ours) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(id)
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Whether a file of this name is one that we write: a picture's id, with or without the mark of what is not whole.
fn is_ours(name: &str) -> bool {
    let id = name.strip_suffix(UNFINISHED).unwrap_or(name);
    id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Makes a folder and those above it where there are none. They are on the disk when this returns.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(above)?;
    fs::create_dir(folder)?;
    sync(above)
}

/// Waits until the names in a folder are on the disk.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened as a file, and the names are kept by the file system's own journal.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
