//! The database: which media ids and pictures there are, and how many were stored on which day. A change is made whole
//! or not at all, and is on the disk when it is done.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use pushpix::api::v3::MediaId;
use redb::{
    Builder, Database, Error, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata, Table,
    TableDefinition,
};

use super::{Media, NewPicture};

/// Media ids, and what is kept of each, in JSON.
const MEDIA: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("media");
/// The ids of pictures, and when each expires, in seconds since 1970.
const PICTURES: TableDefinition<'_, &str, u64> = TableDefinition::new("pictures");
/// How many pictures were stored. The key begins with the day.
const COUNTS: TableDefinition<'_, &str, u32> = TableDefinition::new("counts");

/// How much of the database is kept in memory, in bytes.
const CACHE: usize = 16 * 1024 * 1024;

/// The database.
#[derive(Debug)]
pub(super) struct Records {
    database: Database,
    has_failed: AtomicBool,
}

/// The tables within a change.
pub(super) struct Tables<'a> {
    media: Table<'a, &'static str, &'static [u8]>,
    pictures: Table<'a, &'static str, u64>,
    counts: Table<'a, &'static str, u32>,
}

/// Sets the switch if it is dropped by a panic.
struct FailedIfPanicking<'a>(&'a AtomicBool);

impl Drop for FailedIfPanicking<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            mark_failed(self.0);
        }
    }
}

fn mark_failed(has_failed: &AtomicBool) {
    if !has_failed.swap(true, Ordering::SeqCst) {
        tracing::error!("the database has failed, and takes no changes until the server is started anew");
    }
}

impl Records {
    /// Opens the database of this file, which is made where there is none. One process at a time can.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let database = Builder::new().set_cache_size(CACHE).create(path)?;
        let records = Self { database, has_failed: AtomicBool::new(false) };
        // All tables are there from now on.
        records.write(|_| Ok::<_, Error>(Some(())))?;
        Ok(records)
    }

    /// Whether no read or write of the database's file has failed yet. After one, the database takes no changes.
    pub(super) fn work(&self) -> bool {
        !self.has_failed.load(Ordering::SeqCst)
    }

    /// Makes a change. An error or `None` undoes it.
    pub(super) fn write<R, E: From<Error>>(
        &self,
        change: impl FnOnce(&mut Tables<'_>) -> Result<Option<R>, E>,
    ) -> Result<Option<R>, E> {
        self.watched(|| self.change(change))
    }

    fn change<R, E: From<Error>>(
        &self,
        change: impl FnOnce(&mut Tables<'_>) -> Result<Option<R>, E>,
    ) -> Result<Option<R>, E> {
        let transaction = self.database.begin_write().map_err(Error::from)?;
        let mut tables = Tables {
            media: transaction.open_table(MEDIA).map_err(Error::from)?,
            pictures: transaction.open_table(PICTURES).map_err(Error::from)?,
            counts: transaction.open_table(COUNTS).map_err(Error::from)?,
        };
        let changed = change(&mut tables);
        drop(tables);
        if matches!(changed, Ok(Some(_))) {
            transaction.commit().map_err(Error::from)?;
        } else {
            transaction.abort().map_err(Error::from)?;
        }
        changed
    }

    fn read<R>(&self, question: impl FnOnce(ReadTransaction) -> Result<R, Error>) -> Result<R, Error> {
        self.watched(|| question(self.database.begin_read()?))
    }

    /// Asks the database something, and looks after an error whether it takes changes still: any attempt tells if its
    /// file has failed. So does a panic, with which it leaves a change that cannot be undone any more.
    fn watched<R, E>(&self, question: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
        let watch = FailedIfPanicking(&self.has_failed);
        let result = question();
        if result.is_err() && self.database.begin_write().is_err() {
            mark_failed(&self.has_failed);
        }
        drop(watch);
        result
    }

    pub(super) fn media(&self, id: MediaId) -> Result<Option<Media>, Error> {
        self.read(|transaction| read_media(&transaction.open_table(MEDIA)?, id))
    }

    pub(super) fn expiry_of_picture(&self, id: &str) -> Result<Option<u64>, Error> {
        self.read(|transaction| Ok(transaction.open_table(PICTURES)?.get(id)?.map(|expires| expires.value())))
    }

    pub(super) fn count(&self, key: &str) -> Result<u32, Error> {
        self.read(|transaction| Ok(transaction.open_table(COUNTS)?.get(key)?.map_or(0, |count| count.value())))
    }

    pub(super) fn picture_ids(&self) -> Result<HashSet<String>, Error> {
        self.read(|transaction| {
            let table = transaction.open_table(PICTURES)?;
            table.iter()?.map(|entry| Ok(entry?.0.value().to_owned())).collect()
        })
    }

    /// How many media ids and pictures there are.
    pub(super) fn totals(&self) -> Result<(u64, u64), Error> {
        self.read(|transaction| Ok((transaction.open_table(MEDIA)?.len()?, transaction.open_table(PICTURES)?.len()?)))
    }

    /// Deletes what expires by `now`, and the counts whose keys sort before `today`. Returns the pictures' ids.
    pub(super) fn remove_expired(&self, now: u64, today: &str) -> Result<Vec<String>, Error> {
        let pictures = self.write(|tables| {
            let mut removed = Vec::new();
            for entry in tables.pictures.extract_if(|_, expires| expires <= now)? {
                removed.push(entry?.0.value().to_owned());
            }
            tables.media.retain(|id, media| match serde_json::from_slice(media) {
                Ok(Media { expires, .. }) => expires > now,
                Err(error) => {
                    tracing::error!(id, %error, "a record cannot be understood, and is kept for somebody to look at");
                    true
                }
            })?;
            tables.counts.retain(|key, _| key >= today)?;
            Ok::<_, Error>(Some(removed))
        })?;
        Ok(pictures.unwrap_or_default())
    }
}

impl Tables<'_> {
    pub(super) fn media(&self, id: MediaId) -> Result<Option<Media>, Error> {
        read_media(&self.media, id)
    }

    pub(super) fn put_media(&mut self, media: &Media) -> Result<(), Error> {
        let json = serde_json::to_vec(media).map_err(io::Error::from)?;
        self.media.insert(media.record.media_id.to_string().as_str(), json.as_slice())?;
        Ok(())
    }

    pub(super) fn add_pictures(&mut self, pictures: &[NewPicture], expires: u64) -> Result<(), Error> {
        for picture in pictures {
            self.pictures.insert(picture.id.as_str(), expires)?;
        }
        Ok(())
    }

    /// Adds one to a count, and returns what it comes to.
    pub(super) fn add_one(&mut self, key: &str) -> Result<u32, Error> {
        let count = self.counts.get(key)?.map_or(0, |count| count.value()).saturating_add(1);
        self.counts.insert(key, count)?;
        Ok(count)
    }
}

fn read_media(table: &impl ReadableTable<&'static str, &'static [u8]>, id: MediaId) -> Result<Option<Media>, Error> {
    let media = table.get(id.to_string().as_str())?;
    let media = media.map(|media| serde_json::from_slice(media.value())).transpose();
    Ok(media.map_err(io::Error::from)?)
}
