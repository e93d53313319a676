//! The report of a batch: a JSON object for each picture and spec, appended as it is known. And what an earlier one
//! vouches for.

use std::collections::HashSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use pushpix::Spec;
use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use super::picture::{Fate, Finished};
use crate::Failure;
use crate::answer::{Answer, Output};
use crate::args::BatchArgs;

/// The open file. It is locked: two runs would vouch for each other's files.
pub(super) struct Report {
    file: File,
    path: PathBuf,
}

/// Every output of which a report says that it was written, as a hash of its [`Line`].
pub(super) struct Vouched(HashSet<u128>);

/// Of a line, that by which an output is known to be the one that would be made.
#[derive(Debug, Deserialize)]
pub(super) struct Line<T> {
    pub(super) input: T,
    pub(super) input_hash: T,
    pub(super) spec: T,
    pub(super) request: T,
    pub(super) output: T,
    pub(super) output_hash: T,
}

impl<T: AsRef<str>> Line<T> {
    fn digest(&self) -> u128 {
        let Self { input, input_hash, spec, request, output, output_hash } = self;
        let text = [input, input_hash, spec, request, output, output_hash].map(AsRef::as_ref).join("\0");
        XxHash3_128::oneshot(text.as_bytes())
    }
}

impl Vouched {
    pub(super) fn contains(&self, line: &Line<&str>) -> bool {
        self.0.contains(&line.digest())
    }
}

/// A line as it is written: the answer that `adapt --json` gives, and by what it is known again.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    answer: Answer,
    input_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_hash: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_hash: Option<&'a str>,
    request: &'a str,
}

impl Report {
    /// Opens the report that is asked for, and reads what it vouches for if it is gone on with.
    pub(super) fn open(args: &BatchArgs) -> Result<(Option<Self>, Option<Vouched>), Failure> {
        let Some(path) = &args.report else { return Ok((None, None)) };
        let failed = |what: &str| Failure::Usage(format!("the report {}: {what}", path.display()));
        let open = OpenOptions::new()
            .read(true)
            .append(true)
            .create(args.resume || args.force)
            .create_new(!args.resume && !args.force)
            .open(path);
        let mut file = open.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                failed("it is there already; --resume goes on with it, --force replaces it")
            }
            _ => failed(&error.to_string()),
        })?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(failed("another run is writing it")),
            // There are file systems without locks, and files, such as pipes, that cannot have one.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let regular = file.metadata().is_ok_and(|metadata| metadata.is_file());
        let mut first = [0];
        if regular && file.read(&mut first).is_ok_and(|read| read > 0) && first != *b"{" {
            return Err(failed("what is there is no report"));
        }
        let mut vouched = None;
        if args.resume && !regular {
            return Err(failed("it is no file that could be gone on with"));
        } else if args.resume {
            vouched = Some(read(&mut file).map_err(|error| failed(&error.to_string()))?);
        } else if regular {
            file.set_len(0).map_err(|error| failed(&error.to_string()))?;
        }
        Ok((Some(Self { file, path: path.clone() }), vouched))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends the lines of a picture. Each is written in one piece.
    pub(super) fn append(&mut self, finished: &Finished, specs: &[Spec], requests: &[String]) -> io::Result<()> {
        for (index, fate) in &finished.fates {
            let (input, spec) = (Some(finished.path.as_path()), specs[*index].id());
            let (answer, output_hash) = match fate {
                Fate::Standing => continue,
                Fate::Failed(error) => (Answer::failed(input, Some(spec), error), None),
                Fate::Written(path, report, hash) => {
                    (Answer::adapted(input, Output::File(path), report), hash.as_deref())
                }
            };
            let input_hash = finished.input_hash.as_deref();
            let (input_bytes, request) = (finished.input_bytes, requests[*index].as_str());
            let mut line = serde_json::to_string(&Written { answer, input_bytes, input_hash, output_hash, request })?;
            line.push('\n');
            self.file.write_all(line.as_bytes())?;
        }
        Ok(())
    }
}

/// Reads a report, and cuts off a last line that was not written to its end. Failures, and lines that cannot be read,
/// vouch for nothing.
fn read(file: &mut File) -> io::Result<Vouched> {
    file.rewind()?;
    let mut vouched = HashSet::new();
    let mut whole = 0;
    let mut reader = BufReader::new(&*file);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        if line.last() == Some(&b'\n') {
            whole += line.len() as u64;
            vouched.extend(serde_json::from_slice::<Line<String>>(&line).ok().map(|line| line.digest()));
        }
        line.clear();
    }
    file.set_len(whole)?;
    file.seek(SeekFrom::End(0))?;
    Ok(Vouched(vouched))
}
