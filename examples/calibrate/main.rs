//! Measures the encoder over a folder of real pictures, so that its constants are figures and no opinions, and so that
//! a change to it can be judged by anyone, again.
//!
//! ```sh
//! cargo run --release --features calibration --example calibrate -- COMMAND CORPUS_DIR [options]
//! ```
//!
//! `CORPUS_DIR` has two folders, `photos` and `graphics`, of JPEG and PNG files. What is measured is the public
//! interface of pushpix; `tables` and `chroma`, which fit figures, need its feature `calibration`. Scores are
//! SSIMULACRA2 (90: visually lossless; 100: the same; below 0: ruin), of the whole canvas, against the lossless canvas:
//! what pushpix makes of the picture as PNG without a cap. JPEG is read by another decoder than ours, libjpeg-turbo's,
//! with its default inverse DCT and its smooth upsampling. Transparency is laid on white.
//!
//! - `compare`: photos at 984x369 under each cap, against mozjpeg with its own defaults (progressive, trellis, scan
//!   search, 4:2:0) at its best whole quality that fits. Both get the same pixels. Is our encoder better than that,
//!   and how much of a cap is left unused?
//! - `exhaustive`: the answer of the search against a scan over all settings. Holds the promise that no higher quality
//!   of the same chroma subsampling fits, and counts attempts. Where the scan cannot have a setting that matters, the
//!   answer is called unproved.
//! - `quality`: the score and size at each quality without a cap. What the floor and the ceiling should be.
//! - `ceiling`: the default options with a cap that does not bind. What the default ceiling gives and costs.
//! - `icons`: everything at 144x144 as PNG or JPEG, against the best result of the command `pngquant`, where it is
//!   installed, over numbers of colours and strengths of dithering. How good the palettes are; that alpha is kept.
//! - `effort`: what each effort costs and gains: CPU time of an adaptation, absolute and as a multiple of the same one
//!   with the quality given beforehand; score, bytes and attempts. One thread, the best of three rounds, interleaved.
//! - `tables`: fits the figures of our encoder, `src/codec/jpeg/encode/tuned.rs`, and writes a file to take its place.
//!   See below.
//! - `chroma`: fits the quality from which 4:4:4 is worth its bytes, `full_chroma_from` of our encoder: whether there
//!   is a better rule than the present one, and what any rule falls short of the better of 4:2:0 and 4:4:4, at seven
//!   caps from 8 to 80 kB. Fitted on the even-numbered pictures; the odd-numbered ones say what it is worth.
//!
//! | option | commands | |
//! |---|---|---|
//! | `--caps N,N,...` | compare, exhaustive, icons, effort | in bytes; 20000,40000,80000, for icons 51200,10000 |
//! | `--effort NAME` | all but effort, tables, chroma | fast, balanced or best; balanced |
//! | `--half even\|odd\|all` | all but tables, chroma | every other picture: tune on one half, check on the other |
//! | `--only TEXT` | all | pictures whose name contains this |
//! | `--threads N` | all but effort | 1 |
//! | `--cache FILE` | compare | keeps mozjpeg's results from one run to the next |
//! | `--steps N` | exhaustive | settings per whole quality near the answer, a divisor of 100; 10, as the library has |
//! | `--out FILE` | tables | where the figures are written to, after each round; needed |
//! | `--rounds N` | tables | how often the search goes through all figures; 3. With 0 it writes the present ones |
//!
//! # How the figures came about
//!
//! The fit of `tuned.rs` set out from jpegli's divisors, which depend on the distance (by the JPEG XL Project Authors,
//! `lib/jpegli/quant.cc`), and from the weights of mozjpeg's trellis: in our unit a scale of 2^14.75 and a calm of
//! 2^10.5. Then came what `tables` does, in two runs of up to three rounds, the second from where the first had ended.
//! It is a search along one coordinate after the other. A coordinate is a band of diagonals of one table, or a single
//! figure. It is multiplied by a step and divided by it (a power has the step added and taken away), and what raises
//! the mean score of the even-numbered photos is kept; a step grows after a gain and shrinks without one. A photo's
//! score is that of 4:2:0 at 20 kB, of 4:4:4 at 80 kB, and of both at 40 kB, these with half the weight. The
//! odd-numbered photos have no part in the fit. A new run sets out from the present figures.
//!
//! A figure is only worth something with the corpus, the half and the version that it was taken with.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the command line")]

mod arguments;
mod bands;
mod ceiling;
mod chroma;
mod clock;
mod compare;
mod corpus;
mod effort;
mod exhaustive;
mod figures;
mod icons;
mod mozjpeg;
mod ours;
mod quality;
mod tables;

use std::process::ExitCode;

use arguments::{Arguments, Command, USAGE};

/// What a step gives, or one line that says which file or argument was at fault and how.
type Outcome<T> = Result<T, String>;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let done = match arguments.command {
        Command::Compare => compare::run(&arguments),
        Command::Exhaustive => exhaustive::run(&arguments),
        Command::Quality => quality::run(&arguments),
        Command::Ceiling => ceiling::run(&arguments),
        Command::Icons => icons::run(&arguments),
        Command::Effort => effort::run(&arguments),
        Command::Tables => tables::run(&arguments),
        Command::Chroma => chroma::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
