//! The pictures' files: one for each, named by its id. A file is there whole or not at all.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The folder of the files.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    /// Makes the folder where there is none.
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// Writes a file under another name and renames it, so that nobody sees a part of it. It is on the disk when this
    /// returns, and its name when [`sync`](Self::sync) does.
    pub(super) fn write(&self, id: &str, bytes: &[u8]) -> io::Result<()> {
        let unfinished = self.folder.join(format!("{id}.unfinished"));
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
        // Elsewhere a folder cannot be opened as a file, and the names are kept by the file system's own journal.
        if cfg!(unix) { File::open(&self.folder)?.sync_all() } else { Ok(()) }
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

    /// Deletes every other file in the folder, and counts them.
    pub(super) fn keep_only(&self, ids: &HashSet<String>) -> io::Result<usize> {
        let mut removed = 0;
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if !entry.file_name().to_str().is_some_and(|name| ids.contains(name)) {
                remove(&entry.path())?;
                removed += 1;
            }
        }
        Ok(removed)
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
