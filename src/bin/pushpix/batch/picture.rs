//! One picture of a batch: what of it is still to be done, and what became of it. Runs on the threads of the batch.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pushpix::{Adapted, Error, Limits, Report, Request, Spec, Work};
use twox_hash::XxHash3_128;

use super::inputs::Item;
use super::report::{Line, Vouched};
use crate::files;

/// What all pictures share.
pub(super) struct Plan<'a> {
    pub(super) specs: Arc<[Spec]>,
    /// For each spec, what an output depends on besides its input.
    pub(super) requests: Vec<String>,
    pub(super) out_dir: &'a Path,
    pub(super) full_names: bool,
    /// Whether files that exist are replaced.
    pub(super) replace: bool,
    /// Whether there is a report, which has the inputs' hashes.
    pub(super) reported: bool,
    /// What an earlier report vouches for, where it is gone on with.
    pub(super) vouched: Option<Vouched>,
}

/// A picture that is worked on.
pub(super) struct Picture<'a> {
    plan: &'a Plan<'a>,
    item: Item,
    input_bytes: u64,
    hash: Option<String>,
    /// The specs that are still to be done, by their index, and what became of the others.
    wanted: Vec<usize>,
    fates: Vec<(usize, Fate)>,
    passed_over: bool,
}

/// What became of a picture.
pub(super) struct Finished {
    pub(super) path: PathBuf,
    pub(super) input_bytes: u64,
    pub(super) input_hash: Option<String>,
    /// Whether it is no picture and was not meant to be one.
    pub(super) passed_over: bool,
    /// For each spec, by its index.
    pub(super) fates: Vec<(usize, Fate)>,
}

pub(super) enum Fate {
    /// A file was written. With a report, its hash is known.
    Written(PathBuf, Box<Report>, Option<String>),
    /// It was done before.
    Standing,
    Failed(Error),
}

impl<'a> Picture<'a> {
    pub(super) fn new(plan: &'a Plan<'a>, item: Item) -> Self {
        let wanted = (0..plan.specs.len()).collect();
        Self { plan, item, input_bytes: 0, hash: None, wanted, fates: Vec::new(), passed_over: false }
    }

    /// Where the output for a spec goes, but for the extension.
    fn stem(&self, spec: usize) -> PathBuf {
        // What has no place has an error, and is not written.
        let (folder, name) = self.item.place(self.plan.full_names).unwrap_or_default();
        self.plan.out_dir.join(folder).join(files::with_spec(name, &self.plan.specs[spec]))
    }

    /// Leaves out the specs whose outputs are there and may not be replaced.
    fn keep_what_is_there(&mut self) {
        for spec in std::mem::take(&mut self.wanted) {
            match files::existing(&self.stem(spec)).next() {
                Some(path) => self.fates.push((spec, Fate::Failed(Error::io(path, files::already_there())))),
                None => self.wanted.push(spec),
            }
        }
    }

    /// Leaves out the specs whose outputs are there and are those that would be made.
    fn keep_what_stands(&mut self, vouched: &Vouched) {
        let hash = self.hash.as_deref().unwrap_or_default();
        let stands = |spec: &usize| {
            files::existing(&self.stem(*spec)).any(|path| {
                // One that cannot be read is made again, which tells why it cannot be.
                fs::read(&path).is_ok_and(|bytes| {
                    vouched.contains(&Line {
                        input: &self.item.path.display().to_string(),
                        input_hash: hash,
                        spec: self.plan.specs[*spec].id(),
                        request: &self.plan.requests[*spec],
                        output: &path.display().to_string(),
                        output_hash: &hash_of(&bytes),
                    })
                })
            })
        };
        let (standing, wanted): (Vec<_>, Vec<_>) = self.wanted.iter().copied().partition(stands);
        self.wanted = wanted;
        self.fates.extend(standing.into_iter().map(|spec| (spec, Fate::Standing)));
    }

    fn written(&self, spec: usize, adapted: &Adapted) -> Result<Fate, Error> {
        let (stem, replace) = (self.stem(spec), self.plan.replace);
        let path = files::write_output(&stem, adapted, replace)?;
        // An earlier run may have chosen the other format. No input goes by this name: that was seen to before.
        for other in files::existing(&stem).filter(|other| replace && *other != path && other.is_file()) {
            fs::remove_file(&other).map_err(|error| Error::io(&other, error))?;
        }
        let hash = self.plan.reported.then(|| hash_of(&adapted.bytes));
        Ok(Fate::Written(path, Box::new(adapted.report.clone()), hash))
    }
}

/// XXH3, 128 bits, in hexadecimal.
pub(super) fn hash_of(bytes: &[u8]) -> String {
    format!("{:032x}", XxHash3_128::oneshot(bytes))
}

impl Work for Picture<'_> {
    type Done = Finished;

    fn load(&mut self, limits: &Limits) -> Result<Request, Error> {
        let path = &self.item.path;
        if let Some(error) = self.item.error.take() {
            return Err(error);
        }
        self.passed_over = !self.item.is_meant().map_err(|error| Error::io(path, error))?;
        if self.passed_over {
            self.wanted.clear();
        }
        if !self.plan.replace {
            self.keep_what_is_there();
        }
        let mut bytes = Vec::new();
        if !self.wanted.is_empty() {
            bytes = pushpix::Input::Path(self.item.path.clone()).into_bytes(limits)?;
            self.input_bytes = bytes.len() as u64;
            self.hash = self.plan.reported.then(|| hash_of(&bytes));
        }
        if let Some(vouched) = &self.plan.vouched {
            self.keep_what_stands(vouched);
        }
        let all = &self.plan.specs;
        let some = || self.wanted.iter().map(|&spec| all[spec].clone()).collect();
        let specs = if self.wanted.len() == all.len() { Arc::clone(all) } else { some() };
        Ok(Request { bytes, specs, adapter: None })
    }

    fn finish(mut self, results: Result<Vec<Result<Adapted, Error>>, Error>) -> Finished {
        let results = results.unwrap_or_else(|error| vec![Err(error); self.wanted.len()]);
        for (spec, result) in std::mem::take(&mut self.wanted).into_iter().zip(results) {
            let fate = result.and_then(|adapted| self.written(spec, &adapted)).unwrap_or_else(Fate::Failed);
            self.fates.push((spec, fate));
        }
        self.fates.sort_by_key(|&(spec, _)| spec);
        let Self { item, input_bytes, hash, passed_over, fates, .. } = self;
        Finished { path: item.path, input_bytes, input_hash: hash, passed_over, fates }
    }
}
