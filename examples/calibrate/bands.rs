//! The figures of the encoder as coordinates of a search, and as the source that holds them.

use std::fmt;
use std::ops::Range;

use pushpix::calibration::Tuning;

/// The figures that are in use, as source.
const PRESENT: &str = include_str!("../../src/codec/jpeg/encode/tuned.rs");

/// After this the figures begin.
const OPENING: &str = "Tuning = Tuning {\n";

/// Some figures of the encoder. The number is that of the component, or 0 for luma and 1 for chroma.
#[derive(Debug, Clone, Copy)]
enum Figures {
    Base(usize),
    Growth(usize),
    Halved,
    Scale(usize),
    Calm(usize),
    Care(usize),
    Haste,
}

impl Figures {
    /// In which band a coefficient is, by its place in rows: the diagonals, the fewer of them the higher they are.
    fn band(self, place: usize) -> usize {
        let diagonal = place / 8 + place % 8;
        let luma = match diagonal {
            0..=4 => diagonal,
            5 => 4,
            6 | 7 => 5,
            _ => 6,
        };
        let chroma = match diagonal {
            0 | 1 => diagonal,
            2 | 3 => 2,
            _ => 3,
        };
        match self {
            Self::Base(0) | Self::Growth(0) | Self::Care(0) => luma,
            Self::Base(_) | Self::Halved => chroma,
            Self::Growth(_) | Self::Care(_) => chroma.min(2),
            Self::Scale(_) | Self::Calm(_) | Self::Haste => 0,
        }
    }
}

/// What the search changes in one go: a band of some figures.
#[derive(Debug)]
pub(crate) struct Coordinate {
    figures: Figures,
    band: usize,
    /// By how much at first: in the logarithm, but for powers, of which it is added.
    pub(crate) step: f32,
}

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes = ["luma", "chroma"];
        let (name, of) = match self.figures {
            Figures::Base(component) => ("base", ["luma", "blue", "red"][component]),
            Figures::Growth(class) => ("growth", classes[class]),
            Figures::Halved => ("halved", "chroma"),
            Figures::Scale(class) => ("scale", classes[class]),
            Figures::Calm(class) => ("calm", classes[class]),
            Figures::Care(class) => ("care", classes[class]),
            Figures::Haste => ("haste", "all"),
        };
        write!(f, "{name} of {of}, band {}", self.band)
    }
}

impl Coordinate {
    /// All that the search goes through. The mean of a block has no growth of luma and no care: of these only the
    /// relation to the other figures counts.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        let mut add = |figures, bands: Range<usize>, step| {
            all.extend(bands.map(|band| Self { figures, band, step }));
        };
        add(Figures::Base(0), 0..7, 0.1);
        add(Figures::Growth(0), 1..7, 0.06);
        add(Figures::Base(1), 0..4, 0.15);
        add(Figures::Base(2), 0..4, 0.15);
        add(Figures::Growth(1), 0..3, 0.08);
        add(Figures::Halved, 0..4, 0.15);
        for class in [0, 1] {
            add(Figures::Scale(class), 0..1, 0.25);
            add(Figures::Calm(class), 0..1, 0.3);
        }
        add(Figures::Care(0), 1..7, 0.15);
        add(Figures::Care(1), 1..3, 0.2);
        add(Figures::Haste, 0..1, 0.15);
        all
    }

    /// These figures with the coordinate moved, as precise as they are written.
    pub(crate) fn moved(&self, tuning: &Tuning, by: f32) -> Tuning {
        let mut tuning = tuning.clone();
        let factor = by.exp();
        match self.figures {
            Figures::Base(component) => self.change(&mut tuning.base[component], |divisor| divisor * factor),
            Figures::Growth(class) => self.change(&mut tuning.growth[class], |power| power + by),
            Figures::Halved => self.change(&mut tuning.halved, |share| share * factor),
            Figures::Scale(class) => tuning.scale[class] = rounded(tuning.scale[class] * factor, 10.0),
            Figures::Calm(class) => tuning.calm[class] = rounded(tuning.calm[class] * factor, 10.0),
            Figures::Care(class) => self.change(&mut tuning.care[class], |care| care * factor),
            Figures::Haste => tuning.haste = rounded(tuning.haste + by, 10_000.0),
        }
        tuning
    }

    fn change(&self, table: &mut [f32; 64], to: impl Fn(f32) -> f32) {
        for (place, value) in table.iter_mut().enumerate() {
            if self.figures.band(place) == self.band {
                *value = rounded(to(*value), 1000.0);
            }
        }
    }
}

/// To so many parts of one.
fn rounded(value: f32, parts: f32) -> f32 {
    (value * parts).round() / parts
}

/// The file that holds these figures, `src/codec/jpeg/encode/tuned.rs`.
pub(crate) fn source(tuning: &Tuning) -> String {
    let before = PRESENT.split_once(OPENING).map_or("", |(before, _)| before);
    let pair = |[luma, chroma]: [f32; 2]| format!("[{luma:.1}, {chroma:.1}]");
    let fields = [
        format!("base: {}", tables(&tuning.base)),
        format!("growth: {}", tables(&tuning.growth)),
        format!("halved: {}", table(&tuning.halved, "    ")),
        format!("scale: {}", pair(tuning.scale)),
        format!("calm: {}", pair(tuning.calm)),
        format!("care: {}", tables(&tuning.care)),
        format!("haste: {:.4}", tuning.haste),
    ];
    let fields: String = fields.iter().map(|field| format!("    {field},\n")).collect();
    format!("{before}{OPENING}{fields}}};\n")
}

fn tables(all: &[[f32; 64]]) -> String {
    let indent = "        ";
    let lines: String = all.iter().map(|values| format!("{indent}{},\n", table(values, indent))).collect();
    format!("[\n{lines}    ]")
}

fn table(values: &[f32; 64], indent: &str) -> String {
    let line = |row: &[f32]| {
        let cells: Vec<String> = row.iter().map(|value| format!("{value:.3}")).collect();
        format!("{indent}    {},\n", cells.join(", "))
    };
    format!("[\n{}{indent}]", values.chunks(8).map(line).collect::<String>())
}
