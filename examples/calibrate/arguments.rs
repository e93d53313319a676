//! The command line, checked.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use pushpix::Effort;

use crate::Outcome;

pub(crate) const USAGE: &str =
    "usage: calibrate compare|exhaustive|quality|ceiling|icons|effort|tables|chroma CORPUS_DIR
  [--caps N,N,...] [--effort fast|balanced|best] [--half even|odd|all] [--only TEXT] [--threads N]
  [--cache FILE] [--steps N] [--out FILE] [--rounds N]";

const OPTIONS: [&str; 9] =
    ["--caps", "--effort", "--half", "--only", "--threads", "--cache", "--steps", "--out", "--rounds"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Compare,
    Exhaustive,
    Quality,
    Ceiling,
    Icons,
    Effort,
    Tables,
    Chroma,
}

impl Command {
    fn parse(name: &str) -> Outcome<Self> {
        Ok(match name {
            "compare" => Self::Compare,
            "exhaustive" => Self::Exhaustive,
            "quality" => Self::Quality,
            "ceiling" => Self::Ceiling,
            "icons" => Self::Icons,
            "effort" => Self::Effort,
            "tables" => Self::Tables,
            "chroma" => Self::Chroma,
            _ => return Err(format!("there is no command {name:?}")),
        })
    }

    fn takes(self, option: &str) -> bool {
        match option {
            "--caps" => !matches!(self, Self::Quality | Self::Ceiling) && !self.fits(),
            "--half" => !self.fits(),
            "--cache" => self == Self::Compare,
            "--steps" => self == Self::Exhaustive,
            "--out" | "--rounds" => self == Self::Tables,
            "--effort" => self != Self::Effort && !self.fits(),
            "--threads" => self != Self::Effort,
            _ => true,
        }
    }

    /// Whether it fits figures, in a way that leaves no choice of what they are fitted to.
    fn fits(self) -> bool {
        matches!(self, Self::Tables | Self::Chroma)
    }

    fn usual_caps(self) -> Vec<u64> {
        if self == Self::Icons { vec![51_200, 10_000] } else { vec![20_000, 40_000, 80_000] }
    }
}

/// Which pictures of a folder, counted by name from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    Even,
    Odd,
    All,
}

impl Half {
    pub(crate) fn contains(self, index: usize) -> bool {
        match self {
            Self::Even => index.is_multiple_of(2),
            Self::Odd => !index.is_multiple_of(2),
            Self::All => true,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) command: Command,
    pub(crate) corpus: PathBuf,
    /// In bytes.
    pub(crate) caps: Vec<u64>,
    pub(crate) effort: Effort,
    pub(crate) half: Half,
    pub(crate) only: String,
    pub(crate) threads: NonZeroUsize,
    pub(crate) cache: Option<PathBuf>,
    /// Settings per whole quality.
    pub(crate) steps: u16,
    /// Where fitted figures are written to.
    pub(crate) out: Option<PathBuf>,
    /// How often the search goes through all figures.
    pub(crate) rounds: u32,
}

impl Arguments {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Outcome<Self> {
        let command = Command::parse(&words.next().ok_or("which command?")?)?;
        let corpus = PathBuf::from(words.next().ok_or("which folder of pictures?")?);
        if !corpus.is_dir() {
            return Err(format!("{} is no folder", corpus.display()));
        }
        let mut arguments = Self {
            command,
            corpus,
            caps: command.usual_caps(),
            effort: Effort::default(),
            half: Half::All,
            only: String::new(),
            threads: NonZeroUsize::MIN,
            cache: None,
            steps: 10,
            out: None,
            rounds: 3,
        };
        while let Some(option) = words.next() {
            let value = words.next();
            arguments.set(&option, value)?;
        }
        if command == Command::Tables && arguments.out.is_none() {
            return Err("this command needs --out FILE".to_owned());
        }
        Ok(arguments)
    }

    fn set(&mut self, option: &str, value: Option<String>) -> Outcome<()> {
        if !OPTIONS.contains(&option) {
            return Err(format!("there is no option {option:?}"));
        }
        if !self.command.takes(option) {
            return Err(format!("this command takes no {option}"));
        }
        let value = value.ok_or_else(|| format!("{option} needs a value"))?;
        let wrong = |expected: &str| format!("{option} {value:?}: not {expected}");
        match option {
            "--caps" => {
                let caps: Option<Vec<u64>> =
                    value.split(',').map(|cap| cap.parse().ok().filter(|&cap| cap > 0)).collect();
                self.caps = caps.ok_or_else(|| wrong("numbers of bytes, as in 20000,40000"))?;
            }
            "--effort" => self.effort = value.parse().map_err(|_| wrong("fast, balanced or best"))?,
            "--half" => {
                self.half = match value.as_str() {
                    "even" => Half::Even,
                    "odd" => Half::Odd,
                    "all" => Half::All,
                    _ => return Err(wrong("even, odd or all")),
                }
            }
            "--only" => self.only = value,
            "--threads" => self.threads = value.parse().map_err(|_| wrong("a number from 1"))?,
            "--cache" => self.cache = Some(value.into()),
            "--out" => self.out = Some(value.into()),
            "--rounds" => self.rounds = value.parse().map_err(|_| wrong("a number from 0"))?,
            _ => {
                let steps = value.parse().ok().filter(|steps| (1..=100_u16).contains(steps) && 100 % steps == 0);
                self.steps = steps.ok_or_else(|| wrong("a divisor of 100, as in 4"))?;
            }
        }
        Ok(())
    }
}
