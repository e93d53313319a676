//! The command `pushpix`. It sees the library's public interface only.
//!
//! Reports go to standard output, messages to standard error. Exit code 0: all done; 1: something failed, the rest
//! was written; 2: the command line is wrong, nothing was done; 130: interrupted.

mod adapt;
mod answer;
mod args;
mod batch;
mod files;
mod memory;
mod message;
mod options;
mod probe;
mod specs;
mod stream;
mod table;
mod verify;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use message::{complain, message};

/// Why a command ended before its work was done.
enum Failure {
    /// What was asked for makes no sense: exit code 2.
    Usage(String),
    /// Standard input or output failed.
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A mistake in a spec's name or table is one of the command line.
impl From<pushpix::Error> for Failure {
    fn from(error: pushpix::Error) -> Self {
        Self::Usage(message(&error))
    }
}

/// Whether all that was asked for was done.
#[derive(Clone, Copy, PartialEq)]
enum Done {
    All,
    InPart,
    /// The user has interrupted it.
    Interrupted,
}

fn main() -> ExitCode {
    memory::keep_freed();
    let done = match Cli::parse().command {
        Command::Adapt(args) => adapt::run(&args),
        Command::Batch(args) => batch::run(&args),
        Command::Specs(args) => specs::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Probe(args) => probe::run(&args),
        Command::Stream(args) => stream::run(&args),
    };
    match done {
        Ok(Done::All) => ExitCode::SUCCESS,
        Ok(Done::InPart) => ExitCode::FAILURE,
        // As shells tell of a program that an interrupt has ended: 128 and the signal's number.
        Ok(Done::Interrupted) => ExitCode::from(130),
        Err(Failure::Usage(what)) => {
            complain(&what);
            ExitCode::from(2)
        }
        // Whoever read our output has seen enough.
        Err(Failure::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Io(error)) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}
