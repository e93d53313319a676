//! `pushpix batch`: many pictures for many specs, on all processors. What was done is told as it is done, so that a run
//! that ended at any moment can be gone on with.

mod inputs;
mod picture;
mod progress;
mod report;
mod summary;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pushpix::{CancelToken, Error, Spec};

use self::picture::{Fate, Finished, Picture, Plan, hash_of};
use self::progress::Progress;
use self::report::Report;
use self::summary::Summary;
use crate::args::BatchArgs;
use crate::{Done, Failure, complain, files, message};

pub(crate) fn run(args: &BatchArgs) -> Result<Done, Failure> {
    let specs: Arc<[Spec]> = args.specs.selected()?.into();
    let cancel = CancelToken::new();
    let adapter = args.options.adapter()?.with_cancel(cancel.clone());
    let items = inputs::items(args, &specs)?;
    make_ready(&args.out_dir)?;
    let (report, vouched) = Report::open(args)?;
    if args.resume {
        files::sweep(&args.out_dir).iter().for_each(|error| complain(&message(error)));
    }

    let interrupted = Arc::new(AtomicBool::new(false));
    let plan = Plan {
        requests: specs.iter().map(|spec| request(args, spec)).collect(),
        specs: Arc::clone(&specs),
        out_dir: &args.out_dir,
        full_names: args.full_names,
        replace: args.force || args.resume,
        reported: report.is_some(),
        vouched,
    };
    let progress = Progress::new(items.len() as u64, args.quiet);
    listen(Arc::clone(&interrupted), cancel)?;
    let stopped = AtomicBool::new(false);
    let stop = || stopped.load(Ordering::Relaxed) || interrupted.load(Ordering::Relaxed);
    let pictures = items.into_iter().take_while(|_| !stop()).map(|item| Picture::new(&plan, item));
    let mut told = Told { plan: &plan, report, summary: Summary::new(&specs), progress, fatal: None };
    args.jobs.batch(adapter, None).run(pictures, |finished| {
        told.take(&finished);
        stopped.store(told.fatal.is_some(), Ordering::Relaxed);
    })?;

    told.progress.finish();
    if !args.quiet
        && let Err(error) = told.summary.write(&mut io::stdout().lock())
        && error.kind() != ErrorKind::BrokenPipe
    {
        told.fatal.get_or_insert_with(|| format!("the summary: {error}"));
    }
    if let Some(why) = &told.fatal {
        complain(why);
    }
    Ok(match told.summary.failed() {
        _ if interrupted.load(Ordering::Relaxed) => Done::Interrupted,
        0 if told.fatal.is_none() => Done::All,
        _ => Done::InPart,
    })
}

/// Whom the outcomes are told.
struct Told<'a> {
    plan: &'a Plan<'a>,
    report: Option<Report>,
    summary: Summary,
    progress: Progress,
    /// Why it makes no sense to go on.
    fatal: Option<String>,
}

impl Told<'_> {
    fn take(&mut self, finished: &Finished) {
        for (spec, fate) in &finished.fates {
            let Fate::Failed(error) = fate else { continue };
            let spec = self.plan.specs[*spec].id();
            self.progress.say(&format!("{}, {spec}: {}", finished.path.display(), message(error)));
            if let Error::Io { source, .. } = error
                && matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
            {
                self.fatal.get_or_insert_with(|| format!("no more pictures are begun: {}", message(error)));
            }
        }
        if let Some(report) = &mut self.report
            && let Err(error) = report.append(finished, &self.plan.specs, &self.plan.requests)
        {
            self.fatal.get_or_insert_with(|| {
                format!("no more pictures are begun: the report {}: {error}", report.path().display())
            });
            // What would come behind a line that was cut short could not be read.
            self.report = None;
        }
        self.summary.add(finished);
        self.progress.step(self.summary.failed());
    }
}

/// Whatever an output for a spec depends on besides its input: the spec, the options, the version of the program.
fn request(args: &BatchArgs, spec: &Spec) -> String {
    let look = &args.options.look;
    hash_of(format!("{} {spec:?} {look:?}", env!("CARGO_PKG_VERSION")).as_bytes())
}

/// Sees to it, before any work, that the output folder is there and can be written to.
fn make_ready(dir: &Path) -> Result<(), Failure> {
    let ready = fs::create_dir_all(dir).and_then(|()| files::temporary(dir)).map(drop);
    ready.map_err(|error| Failure::Usage(format!("the output folder {}: {error}", dir.display())))
}

/// Lets the first interrupt end the taking of pictures, and the second one the work on them.
fn listen(interrupted: Arc<AtomicBool>, cancel: CancelToken) -> Result<(), Failure> {
    let handler = move || {
        if interrupted.swap(true, Ordering::Relaxed) {
            cancel.cancel();
        } else {
            complain("interrupted: the pictures in flight are finished; a second interrupt ends them too");
        }
    };
    ctrlc::set_handler(handler).map_err(|error| Failure::Io(io::Error::other(error)))
}
