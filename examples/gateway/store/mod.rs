//! What the gateway keeps: pictures as files, and a database that says which there are, whose they are, until when, and
//! how many an app has stored today. All of it blocks: it is called from threads that may.
//!
//! A file is written before its record and deleted after it. What a crash leaves is at most a file without a record,
//! which the next start deletes.

mod files;
mod records;

use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

use pushpix::api::v3::{MediaId, Record};
use serde::{Deserialize, Serialize};

use self::files::{Files, make_folder, sync};
use self::records::{Records, Tables};
use crate::clock::{Clock, DAY};

/// Under what media ids are counted; pictures are by their slot.
const IDS: &str = "media-ids";

/// A picture that is to be stored.
#[derive(Debug)]
pub(crate) struct NewPicture {
    /// Its id, which is opaque to whoever receives it.
    pub(crate) id: String,
    /// The rule that it keeps, as in `oppo/large-icon`, for figures.
    pub(crate) slot: String,
    pub(crate) bytes: Vec<u8>,
    /// The quota it counts towards.
    pub(crate) quota: Option<Quota>,
}

/// How many pictures of a slot may be stored in a day.
#[derive(Debug, Clone)]
pub(crate) struct Quota {
    /// The request's field of the picture that counts, for messages.
    pub(crate) field: &'static str,
    /// The slot, as in `oppo/large-icon`.
    pub(crate) slot: String,
    pub(crate) per_day: u32,
}

/// What is kept of a media id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Media {
    /// Whose it is.
    pub(crate) app: String,
    /// From when on it is gone, in seconds since 1970.
    pub(crate) expires: u64,
    pub(crate) record: Record,
}

/// Who shares a quota, when its day begins, and how many media ids it has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accounting {
    pub(crate) scope: Scope,
    /// The seconds by which the day begins before that of UTC.
    pub(crate) ahead_of_utc: i64,
    /// A media id may have no picture that counts, and takes room all the same.
    pub(crate) ids_per_day: u32,
}

/// Who shares a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scope {
    /// Each app has its own.
    App,
    /// All apps share one, as those of one vendor account do.
    Server,
    /// Nothing is counted.
    Off,
}

/// Why nothing was stored, or nothing found out.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// So many pictures of this slot were stored today.
    Quota(Quota),
    /// So many media ids were made today.
    Ids(u32),
    /// The database or a file failed.
    Failed(Box<redb::Error>),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quota(Quota { slot, per_day, .. }) => write!(f, "{per_day} pictures of {slot} were stored today"),
            Self::Ids(per_day) => write!(f, "{per_day} media ids were made today"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<redb::Error> for StoreError {
    fn from(error: redb::Error) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        redb::Error::from(error).into()
    }
}

/// The store; there is one for a folder.
#[derive(Debug)]
pub(crate) struct Store {
    files: Files,
    records: Records,
    clock: Clock,
    accounting: Accounting,
    /// For how long things are kept, in seconds.
    lifetime: u64,
}

impl Store {
    /// Opens the store in a folder, which is made where there is none, and deletes what is expired or lies there
    /// without a record. A folder with pictures and without their database is not opened: all would be deleted.
    pub(crate) fn open(
        folder: &Path,
        clock: Clock,
        accounting: Accounting,
        lifetime: Duration,
    ) -> Result<Self, StoreError> {
        make_folder(folder)?;
        let files = Files::open(folder.join("pictures"))?;
        let database = folder.join("records.redb");
        let is_new = database.metadata().map_or(true, |database| database.len() == 0);
        if is_new && files.has_pictures()? {
            let told = format!("{} is missing or empty, and there are pictures", database.display());
            return Err(io::Error::other(told).into());
        }
        let records = Records::open(&database)?;
        sync(folder)?;
        let store = Self { files, records, clock, accounting, lifetime: lifetime.as_secs() };
        store.sweep()?;
        let known = store.records.picture_ids()?;
        let orphans = store.files.keep_only(&known)?;
        tracing::info!(pictures = known.len(), orphans, "the store is open");
        Ok(store)
    }

    /// Whether the database works. Once its file could not be read or written, it refuses every change until the
    /// server is started anew.
    pub(crate) fn works(&self) -> bool {
        self.records.work()
    }

    /// Deletes what is expired. A file that cannot be deleted has no record any more; the next start tries again.
    pub(crate) fn sweep(&self) -> Result<(), StoreError> {
        let expired = self.records.remove_expired(self.clock.now(), &day_prefix(self.day()))?;
        for id in &expired {
            if let Err(error) = self.files.remove(id) {
                tracing::warn!(id, %error, "the file of an expired picture cannot be deleted");
            }
        }
        tracing::debug!(pictures = expired.len(), "what was expired is deleted");
        Ok(())
    }

    /// A picture's bytes; `None` if there is none of this id, or none any more.
    pub(crate) fn picture(&self, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match self.records.expiry_of_picture(id)? {
            Some(expires) if expires > self.clock.now() => Ok(self.files.read(id)?),
            _ => Ok(None),
        }
    }

    /// Whether this app has this media id, and it is not expired.
    pub(crate) fn has_media(&self, app: &str, id: MediaId) -> Result<bool, StoreError> {
        Ok(self.records.media(id)?.is_some_and(|media| self.is_valid(app, &media)))
    }

    /// Whether one more picture may be stored today.
    pub(crate) fn check(&self, app: &str, quota: &Quota) -> Result<(), StoreError> {
        let is_used_up = self.is_used_up(app, &quota.slot, quota.per_day)?;
        if is_used_up { Err(StoreError::Quota(quota.clone())) } else { Ok(()) }
    }

    /// Whether one more media id may be made today.
    pub(crate) fn check_ids(&self, app: &str) -> Result<(), StoreError> {
        let per_day = self.accounting.ids_per_day;
        if self.is_used_up(app, IDS, per_day)? { Err(StoreError::Ids(per_day)) } else { Ok(()) }
    }

    /// Stores pictures that belong to no media id.
    pub(crate) fn add(&self, app: &str, pictures: &[NewPicture]) -> Result<(), StoreError> {
        let expires = self.clock.now() + self.lifetime;
        self.commit(app, pictures, |tables| Ok(Some(tables.add_pictures(pictures, expires)?)))?;
        Ok(())
    }

    /// Stores a new media id with its pictures.
    pub(crate) fn create(&self, app: &str, pictures: &[NewPicture], record: Record) -> Result<(), StoreError> {
        let expires = self.clock.now() + self.lifetime;
        let media = Media { app: app.to_owned(), expires, record };
        self.commit(app, pictures, |tables| {
            if self.count(tables, app, IDS, self.accounting.ids_per_day)? {
                return Err(StoreError::Ids(self.accounting.ids_per_day));
            }
            tables.add_pictures(pictures, expires)?;
            Ok(Some(tables.put_media(&media)?))
        })?;
        Ok(())
    }

    /// Changes a media id's record, and stores the pictures that are new. It and they are kept for as long as it would
    /// have been. `None` if the app has no such id, or none any more. Then, and if the change fails, nothing is stored.
    pub(crate) fn update<E>(
        &self,
        app: &str,
        pictures: &[NewPicture],
        id: MediaId,
        change: impl FnOnce(&mut Record) -> Result<(), E>,
    ) -> Result<Option<Result<Record, E>>, StoreError> {
        let mut failed = None;
        let updated = self.commit(app, pictures, |tables| {
            let Some(mut media) = tables.media(id)?.filter(|media| self.is_valid(app, media)) else {
                return Ok(None);
            };
            if let Err(error) = change(&mut media.record) {
                failed = Some(error);
                return Ok(None);
            }
            tables.add_pictures(pictures, media.expires)?;
            tables.put_media(&media)?;
            Ok(Some(media.record))
        })?;
        Ok(updated.map(Ok).or(failed.map(Err)))
    }

    /// How many media ids and pictures there are.
    pub(crate) fn totals(&self) -> Result<(u64, u64), StoreError> {
        Ok(self.records.totals()?)
    }

    /// Writes the files, then all records at once. A picture counts towards its quota only if all of this was done, so
    /// that a failure takes nothing from it. Of `None` nothing is stored either.
    ///
    /// Where the records are complete and only their commit fails, they may be on the disk all the same; so the files
    /// stay, and the next start deletes them if they have no records.
    fn commit<R>(
        &self,
        app: &str,
        pictures: &[NewPicture],
        record: impl FnOnce(&mut Tables<'_>) -> Result<Option<R>, StoreError>,
    ) -> Result<Option<R>, StoreError> {
        let mut is_complete = false;
        let stored = self.write_files(pictures).and_then(|()| {
            self.records.write(|tables| {
                for quota in pictures.iter().filter_map(|picture| picture.quota.as_ref()) {
                    if self.count(tables, app, &quota.slot, quota.per_day)? {
                        return Err(StoreError::Quota(quota.clone()));
                    }
                }
                let recorded = record(tables)?;
                is_complete = recorded.is_some();
                Ok(recorded)
            })
        });
        if !is_complete {
            for picture in pictures {
                if let Err(error) = self.files.remove(&picture.id) {
                    tracing::warn!(%error, "a file without a record is left to the next start");
                }
            }
        }
        stored
    }

    fn write_files(&self, pictures: &[NewPicture]) -> Result<(), StoreError> {
        for picture in pictures {
            self.files.write(&picture.id, &picture.bytes)?;
        }
        Ok(self.files.sync()?)
    }

    fn is_valid(&self, app: &str, media: &Media) -> bool {
        media.app == app && media.expires > self.clock.now()
    }

    /// Today, as the number of a day in the quotas' time zone.
    fn day(&self) -> u64 {
        self.clock.now().saturating_add_signed(self.accounting.ahead_of_utc) / DAY
    }

    /// Counts one more of these, and tells whether that is too many.
    fn count(&self, tables: &mut Tables<'_>, app: &str, what: &str, per_day: u32) -> Result<bool, redb::Error> {
        Ok(match self.count_key(app, what) {
            Some(key) => tables.add_one(&key)? > per_day,
            None => false,
        })
    }

    /// Whether no more of these may be stored today.
    fn is_used_up(&self, app: &str, what: &str, per_day: u32) -> Result<bool, redb::Error> {
        Ok(match self.count_key(app, what) {
            Some(key) => self.records.count(&key)? >= per_day,
            None => false,
        })
    }

    /// Under which key these are counted today; `None` if they are not.
    fn count_key(&self, app: &str, what: &str) -> Option<String> {
        let whose = match self.accounting.scope {
            Scope::App => app,
            Scope::Server => "",
            Scope::Off => return None,
        };
        Some(format!("{}{what}/{whose}", day_prefix(self.day())))
    }
}

/// How the keys of a day's counts begin; they sort by day.
fn day_prefix(day: u64) -> String {
    format!("{day:010}/")
}

/// Asks a store something, on a thread that may wait for the disk. A panic there, a defect of ours, is a failure.
pub(crate) async fn blocking<R: Send + 'static>(
    question: impl FnOnce() -> Result<R, StoreError> + Send + 'static,
) -> Result<R, StoreError> {
    tokio::task::spawn_blocking(question).await.map_err(io::Error::other)?
}
