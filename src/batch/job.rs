//! What a batch is made of: pictures, where they come from, and what became of them.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::adapter::Adapter;
use crate::error::Error;
use crate::limits::Limits;
use crate::report::Adapted;
use crate::spec::Spec;
use crate::units::ByteSize;

/// One picture of a batch, and the specs it is adapted to.
#[derive(Debug, Clone)]
pub struct Job {
    /// Where the picture comes from.
    pub input: Input,
    /// What it is adapted to. Jobs may share the list.
    pub specs: Arc<[Spec]>,
}

impl Job {
    /// A job for a file, which is read when its turn comes.
    #[must_use]
    pub fn path(path: impl Into<PathBuf>, specs: impl Into<Arc<[Spec]>>) -> Self {
        Self { input: Input::Path(path.into()), specs: specs.into() }
    }

    /// A job for a picture that is in memory.
    #[must_use]
    pub fn bytes(bytes: Vec<u8>, specs: impl Into<Arc<[Spec]>>) -> Self {
        Self { input: Input::Bytes(bytes), specs: specs.into() }
    }
}

/// Where a picture comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// A file.
    Path(PathBuf),
    /// The bytes of a file.
    Bytes(Vec<u8>),
}

impl Input {
    /// The bytes, which are no more than [`Limits::max_input`] allows.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read, [`Error::Limit`] if there are more. A file that says so is not read; of
    /// what cannot say, such as a pipe, no more than one byte too many is.
    pub fn into_bytes(self, limits: &Limits) -> Result<Vec<u8>, Error> {
        let bytes = match self {
            Self::Bytes(bytes) => bytes,
            Self::Path(path) => {
                let failed = |error| Error::io(&path, error);
                let file = File::open(&path).map_err(failed)?;
                let length = file.metadata().map_err(failed)?.len();
                limits.check_input(length)?;
                let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
                file.take(limits.max_input.as_u64().saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
                bytes
            }
        };
        limits.check_input(bytes.len() as u64)?;
        Ok(bytes)
    }
}

/// What became of one picture for one spec.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// Which job it was, from 0, as they were given.
    pub index: u64,
    /// The file that the picture came from, if it was one.
    pub path: Option<Arc<Path>>,
    /// The spec.
    pub spec: Spec,
    /// The length of the input; 0 if it could not be read.
    pub input_bytes: ByteSize,
    /// The picture, or why there is none.
    pub result: Result<Adapted, Error>,
}

/// A piece of work for [`Batch::run`](crate::Batch::run): how a picture is come by, and what becomes of the results.
/// Both run on the threads of the batch.
///
/// [`Job`] is enough for pictures that lie in files or in memory. This is for those that are fetched elsewhere, for
/// specs that are known only when the picture is, and for results that are stored in parallel.
pub trait Work: Send {
    /// What is handed to whoever ran the batch.
    type Done: Send;

    /// Fetches the picture.
    ///
    /// # Errors
    ///
    /// Whatever hinders it; [`finish`](Self::finish) gets the error.
    fn load(&mut self, limits: &Limits) -> Result<Request, Error>;

    /// How many bytes it takes in memory before it is loaded. Default: none that count.
    fn held(&self) -> u64 {
        0
    }

    /// Takes the results: one for each spec of the request, in their order, or why there is no request.
    fn finish(self, results: Result<Vec<Result<Adapted, Error>>, Error>) -> Self::Done;
}

/// A picture, and what is to be made of it.
#[derive(Debug, Clone)]
pub struct Request {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// What it is adapted to. May be empty: then nothing is done.
    pub specs: Arc<[Spec]>,
    /// With which options; `None`: those of the batch. A deadline and a switch to cancel by are among them.
    pub adapter: Option<Adapter>,
}

/// A [`Job`] with its number.
pub(super) struct Numbered {
    pub(super) index: u64,
    pub(super) job: Job,
    pub(super) input_bytes: ByteSize,
    pub(super) path: Option<Arc<Path>>,
}

impl Numbered {
    pub(super) fn new(index: u64, job: Job) -> Self {
        let (path, input_bytes) = match &job.input {
            Input::Path(path) => (Some(path.as_path().into()), ByteSize::new(0)),
            Input::Bytes(bytes) => (None, ByteSize::of(bytes)),
        };
        Self { index, job, input_bytes, path }
    }
}

impl Work for Numbered {
    type Done = Vec<Outcome>;

    fn held(&self) -> u64 {
        match &self.job.input {
            Input::Bytes(bytes) => bytes.len() as u64,
            Input::Path(_) => 0,
        }
    }

    fn load(&mut self, limits: &Limits) -> Result<Request, Error> {
        let input = std::mem::replace(&mut self.job.input, Input::Bytes(Vec::new()));
        let bytes = input.into_bytes(limits)?;
        self.input_bytes = ByteSize::of(&bytes);
        Ok(Request { bytes, specs: Arc::clone(&self.job.specs), adapter: None })
    }

    fn finish(self, results: Result<Vec<Result<Adapted, Error>>, Error>) -> Vec<Outcome> {
        let Self { index, job, input_bytes, path } = self;
        let results = results.unwrap_or_else(|error| vec![Err(error); job.specs.len()]);
        let of = |(spec, result): (&Spec, _)| {
            let (path, spec) = (path.clone(), spec.clone());
            Outcome { index, path, spec, input_bytes, result }
        };
        job.specs.iter().zip(results).map(of).collect()
    }
}
