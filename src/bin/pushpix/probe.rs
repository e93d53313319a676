//! `pushpix probe`: what pictures are, from their headers.

use std::io::{self, Write};

use pushpix::Adapter;

use crate::answer::{Answer, probed};
use crate::args::ProbeArgs;
use crate::options::check_standard_once;
use crate::{Done, Failure, complain, files, message};

pub(crate) fn run(args: &ProbeArgs) -> Result<Done, Failure> {
    check_standard_once(&args.inputs)?;
    let limits = args.limits.limits();
    let adapter = Adapter::new().with_limits(limits.clone());
    let mut out = io::stdout().lock();
    let mut done = Done::All;
    for input in &args.inputs {
        let bytes = files::read(input, &limits);
        let probe = bytes.and_then(|bytes| adapter.probe(&bytes));
        match probe {
            Ok(probe) if args.json => writeln!(out, "{}", probed(input, &probe))?,
            Ok(probe) => writeln!(out, "{}: {probe}", input.display())?,
            Err(error) => {
                done = Done::InPart;
                if args.json {
                    writeln!(out, "{}", Answer::failed(Some(input), None, &error).line()?)?;
                } else {
                    complain(&format!("{}: {}", input.display(), message(&error)));
                }
            }
        }
    }
    Ok(done)
}
