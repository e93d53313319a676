//! The database: which media ids and pictures there are, and how many were stored on which day. A change is made whole
//! or not at all, and is on the disk when it is done.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use pushpix::api::v3::MediaId;
use redb::{Builder, Database, Error, ReadableDatabase, ReadableTable, ReadableTableMetadata, Table, TableDefinition};

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
}

/// The tables within a change.
pub(super) struct Tables<'a> {
    media: Table<'a, &'static str, &'static [u8]>,
    pictures: Table<'a, &'static str, u64>,
    counts: Table<'a, &'static str, u32>,
}

impl Records {
    /// Opens the database of this file, which is made where there is none. One process at a time can.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let database = Builder::new().set_cache_size(CACHE).create(path)?;
        let records = Self { database };
        // All tables are there from now on.
        records.write(|_| Ok::<_, Error>(Some(())))?;
        Ok(records)
    }

    /// Makes a change. An error or `None` undoes it.
    pub(super) fn write<R, E: From<Error>>(
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

    pub(super) fn media(&self, id: MediaId) -> Result<Option<Media>, Error> {
        let table = self.database.begin_read()?.open_table(MEDIA)?;
        read_media(&table, id)
    }

    pub(super) fn expiry_of_picture(&self, id: &str) -> Result<Option<u64>, Error> {
        let table = self.database.begin_read()?.open_table(PICTURES)?;
        Ok(table.get(id)?.map(|expires| expires.value()))
    }

    pub(super) fn count(&self, key: &str) -> Result<u32, Error> {
        let table = self.database.begin_read()?.open_table(COUNTS)?;
        Ok(table.get(key)?.map_or(0, |count| count.value()))
    }

    pub(super) fn picture_ids(&self) -> Result<HashSet<String>, Error> {
        let table = self.database.begin_read()?.open_table(PICTURES)?;
        table.iter()?.map(|entry| Ok(entry?.0.value().to_owned())).collect()
    }

    /// How many media ids and pictures there are.
    pub(super) fn totals(&self) -> Result<(u64, u64), Error> {
        let transaction = self.database.begin_read()?;
        Ok((transaction.open_table(MEDIA)?.len()?, transaction.open_table(PICTURES)?.len()?))
    }

    /// Deletes what expires by `now`, and the counts whose keys sort before `today`. Returns the pictures' ids.
    pub(super) fn remove_expired(&self, now: u64, today: &str) -> Result<Vec<String>, Error> {
        let pictures = self.write(|tables| {
            let mut removed = Vec::new();
            for entry in tables.pictures.extract_if(|_, expires| expires <= now)? {
                removed.push(entry?.0.value().to_owned());
            }
            // A record that cannot be understood is kept, for somebody to look at.
            tables
                .media
                .retain(|_, media| serde_json::from_slice(media).map_or(true, |media: Media| media.expires > now))?;
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
