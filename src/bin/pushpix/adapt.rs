//! `pushpix adapt`: every input for every spec, one file each. One that fails does not stop the others.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pushpix::{Adapted, Adapter, Error, Plan, Spec};

use crate::answer::{Answer, Output};
use crate::args::AdaptArgs;
use crate::options::check_standard_once;
use crate::{Done, Failure, complain, files, message};

pub(crate) fn run(args: &AdaptArgs) -> Result<Done, Failure> {
    let adapter = args.options.adapter()?;
    let specs = args.specs.selected()?;
    let outputs = Outputs::new(args, &specs)?;
    let mut reports = Reports::new(args, &outputs);
    for input in &args.inputs {
        let outcomes = match files::read(input, adapter.limits()) {
            // A file that could not be read fails once for each spec: a report has a line for every pair.
            Err(error) => specs.iter().map(|_| Err(error.clone())).collect(),
            Ok(bytes) if args.dry_run => {
                specs.iter().map(|spec| adapter.plan(&bytes, spec).map(Outcome::Planned)).collect()
            }
            Ok(bytes) => adapt(&adapter, &bytes, &specs, &outputs, input, args.force),
        };
        for (spec, outcome) in specs.iter().zip(outcomes) {
            reports.write(input, spec, outcome);
        }
    }
    Ok(reports.done)
}

/// What became of one input for one spec.
enum Outcome {
    Planned(Plan),
    Written(PathBuf, Adapted),
}

/// One outcome for each spec; they share what can be shared.
fn adapt(
    adapter: &Adapter,
    bytes: &[u8],
    specs: &[Spec],
    outputs: &Outputs,
    input: &Path,
    force: bool,
) -> Vec<Result<Outcome, Error>> {
    let free = |spec| outputs.check_free(input, spec, force).map(|()| spec);
    let specs: Vec<Result<&Spec, Error>> = specs.iter().map(free).collect();
    let wanted: Vec<&Spec> = specs.iter().flatten().copied().collect();
    let mut results = adapter.adapt_each(bytes, &wanted).into_iter();
    let outcome = |spec: Result<&Spec, Error>| match spec {
        Err(error) => Some(Err(error)),
        Ok(spec) => Some(results.next()?.and_then(|adapted| outputs.write(input, spec, adapted, force))),
    };
    specs.into_iter().filter_map(outcome).collect()
}

/// Where the files go.
enum Outputs {
    Standard,
    File(PathBuf),
    Dir(PathBuf),
}

impl Outputs {
    /// Refuses, before any work, what would write two pictures to one file.
    fn new(args: &AdaptArgs, specs: &[Spec]) -> Result<Self, Failure> {
        let usage = |what: String| Err(Failure::Usage(what));
        check_standard_once(&args.inputs)?;
        if let Some(output) = &args.output {
            if args.inputs.len() != 1 || specs.len() != 1 {
                let (inputs, specs) = (args.inputs.len(), specs.len());
                return usage(format!("--output is for one input and one spec, not {inputs} and {specs}"));
            }
            return Ok(if files::is_standard(output) { Self::Standard } else { Self::File(output.clone()) });
        }
        let dir = args.out_dir.clone().unwrap_or_default();
        let mut taken = HashMap::new();
        for (input, spec) in args.inputs.iter().flat_map(|input| specs.iter().map(move |spec| (input, spec))) {
            if let Some((other, id)) = taken.insert(files::output_stem(&dir, input, spec), (input, spec.id())) {
                let (one, two) = (other.display(), input.display());
                return usage(format!("{one} for {id} and {two} for {} would be written to the same file", spec.id()));
            }
        }
        Ok(Self::Dir(dir))
    }

    fn write(&self, input: &Path, spec: &Spec, adapted: Adapted, force: bool) -> Result<Outcome, Error> {
        let path = match self {
            Self::Standard => {
                let mut out = io::stdout().lock();
                let written = out.write_all(&adapted.bytes).and_then(|()| out.flush());
                written.map(|()| PathBuf::from("-")).map_err(|error| Error::io("-", error))
            }
            Self::File(path) => files::write(path, &adapted.bytes, force).map(|()| path.clone()),
            Self::Dir(dir) => files::write_output(&files::output_stem(dir, input, spec), &adapted, force),
        };
        path.map(|path| Outcome::Written(path, adapted))
    }

    /// Refuses, before the work, what would replace a file without being asked to.
    fn check_free(&self, input: &Path, spec: &Spec, force: bool) -> Result<(), Error> {
        if let Self::File(path) = self
            && path.is_dir()
        {
            return Err(Error::io(path, io::ErrorKind::IsADirectory.into()));
        }
        let there = match self {
            Self::Dir(dir) if !force => files::existing(&files::output_stem(dir, input, spec)).next(),
            Self::File(path) if !force => path.is_file().then(|| path.clone()),
            _ => None,
        };
        there.map_or(Ok(()), |path| Err(Error::io(&path, files::already_there())))
    }
}

/// One line for every outcome: to standard output, or to standard error where that carries the picture.
struct Reports {
    to: Box<dyn Write>,
    json: bool,
    quiet: bool,
    done: Done,
}

impl Reports {
    fn new(args: &AdaptArgs, outputs: &Outputs) -> Self {
        Self {
            to: if matches!(outputs, Outputs::Standard) { Box::new(io::stderr()) } else { Box::new(io::stdout()) },
            json: args.json,
            quiet: args.quiet,
            done: Done::All,
        }
    }

    /// The work goes on without whoever reads the reports; but that they could not be written is a failure.
    fn write(&mut self, input: &Path, spec: &Spec, outcome: Result<Outcome, Error>) {
        if outcome.is_err() {
            self.done = Done::InPart;
        }
        if let Err(error) = self.try_write(input, spec, &outcome)
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            self.done = Done::InPart;
            complain(&format!("the report cannot be written: {error}"));
        }
    }

    fn try_write(&mut self, input: &Path, spec: &Spec, outcome: &Result<Outcome, Error>) -> io::Result<()> {
        let answer = match outcome {
            Ok(_) if self.quiet => return Ok(()),
            Ok(Outcome::Written(path, adapted)) if self.json => {
                Answer::adapted(Some(input), Output::File(path), &adapted.report)
            }
            Ok(Outcome::Planned(plan)) if self.json => Answer::planned(input, plan),
            Err(error) if self.json => Answer::failed(Some(input), Some(spec.id()), error),
            Ok(Outcome::Written(path, adapted)) => {
                return writeln!(self.to, "{}: {}", path.display(), adapted.report);
            }
            Ok(Outcome::Planned(plan)) => return writeln!(self.to, "{}, {}: {plan}", input.display(), spec.id()),
            Err(error) => {
                complain(&format!("{}, {}: {}", input.display(), spec.id(), message(error)));
                return Ok(());
            }
        };
        writeln!(self.to, "{}", answer.line()?)
    }
}
