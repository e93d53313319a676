//! Stored samples to 8-bit sRGB, row by row: by what the file says of its colours, if it says anything that can be
//! used. The arithmetic of profiles is the colour library's; which statement counts, and what happens without one, is
//! ours.

mod hdr;
mod icc;
mod plain;
mod profile;
mod ycc;

use std::borrow::Cow;

use crate::error::Foreign;
use crate::raster::Channels;
use crate::warning::Warning;

pub(super) use self::plain::ink_row;
use self::profile::Transform;
pub(super) use self::ycc::ycc_to_rgb_row;

/// How much memory applying an ICC profile takes, as so many times its length: what it is put together from, what is
/// left of it, the library's copy of its table in whole numbers, and in floats.
pub(super) const PROFILE_COPIES: u64 = 8;

/// A profile that passes through is sRGB, by one of the many ways to write that down. This is longer than the usual
/// ones, the longest of which has 3144 bytes, and leaves little room for anything else.
pub(super) const SHORT_PROFILE: usize = 4096;

/// How much memory a row takes on its way through the colour step, in bytes for each pixel.
pub(super) const ROW: u64 = 48;

/// What a file says of its colours.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Statement<'a> {
    /// They are sRGB.
    Srgb,
    /// An ICC profile.
    Icc(Cow<'a, [u8]>),
    /// Code points of ITU-T H.273, as in a PNG's cICP chunk: full range, no matrix.
    Cicp { primaries: u8, transfer: u8 },
    /// A PNG's gAMA and cHRM chunks.
    Measured {
        /// The exponent that encodes light, times 100 000.
        gamma: Option<u32>,
        /// x and y of white, red, green and blue, times 100 000.
        chromaticities: Option<[u32; 8]>,
    },
    /// One that cannot be used, and why.
    Unusable(&'static str),
}

impl Statement<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Srgb => "srgb",
            Self::Icc(_) => "an icc profile",
            Self::Cicp { .. } => "a cicp chunk",
            Self::Measured { .. } => "a gama or chrm chunk",
            Self::Unusable(why) => why,
        }
    }
}

/// What a stored pixel consists of when it comes to the colour step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Samples {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
    /// Cyan, magenta, yellow and black; 255 is full ink.
    Inks,
}

impl Samples {
    /// Components of one pixel.
    pub(super) const fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Inks => 4,
        }
    }

    /// What becomes of them.
    pub(super) const fn channels(self) -> Channels {
        match self {
            Self::Grey | Self::Rgb | Self::Inks => Channels::Rgb,
            Self::GreyAlpha | Self::Rgba => Channels::Rgba,
        }
    }

    /// The same with grey spread over three channels.
    const fn spread(self) -> Self {
        match self {
            Self::Grey => Self::Rgb,
            Self::GreyAlpha => Self::Rgba,
            other => other,
        }
    }
}

/// The way from stored rows to rows of 8-bit sRGB. Alpha passes through untouched.
pub(super) struct Conversion {
    samples: Samples,
    /// Whether a sample has 16 bits, most significant byte first, and not 8.
    deep: bool,
    transform: Option<Transform>,
    foreign: Option<&'static str>,
    /// The row as the transform takes it.
    scratch: Vec<u8>,
}

impl Conversion {
    /// Chooses the first of `statements` that can be used; without any, the samples are taken for sRGB, and inks for
    /// plain filters. A statement in front of it that cannot be used leaves a warning.
    pub(super) fn choose<'a>(
        statements: impl IntoIterator<Item = Statement<'a>>,
        samples: Samples,
        deep: bool,
        warnings: &mut Vec<Warning>,
    ) -> Self {
        let mut statements: Vec<Statement<'a>> = statements.into_iter().collect();
        let hdr = statements.iter().position(hdr::is_hdr);
        // A profile shows a high dynamic range better than our simple tone mapping does, if it can be used.
        if let Some(hdr) = hdr
            && matches!(statements.get(hdr + 1), Some(Statement::Icc(_) | Statement::Unusable(_)))
        {
            statements.swap(hdr, hdr + 1);
        }
        let mut chosen = None;
        let mut foreign = None;
        for statement in &statements {
            match Transform::of(statement, samples, deep) {
                Ok(transform) => {
                    foreign = foreign.or(transform.is_some().then_some(statement.name()));
                    chosen.get_or_insert((transform, statement));
                }
                Err(why) => {
                    foreign = foreign.or(Some(why));
                    warnings.extend(chosen.is_none().then_some(Warning::ProfileIgnored { why }));
                }
            }
        }
        warnings.extend(match chosen {
            Some((_, statement)) if hdr::is_hdr(statement) => Some(Warning::ToneMapped),
            Some((_, Statement::Icc(_))) if hdr.is_some() => Some(Warning::HdrProfileUsed),
            _ => None,
        });
        let transform = chosen.and_then(|(transform, _)| transform);
        Self { samples, deep, transform, foreign, scratch: Vec::new() }
    }

    /// What the file says of its colours other than that they are sRGB, be it used or not.
    pub(super) fn foreign(&self) -> Option<&'static str> {
        self.foreign
    }

    pub(super) const fn channels(&self) -> Channels {
        self.samples.channels()
    }

    /// Whether a row stays as it is.
    pub(super) fn is_identity(&self) -> bool {
        self.transform.is_none() && !self.deep && matches!(self.samples, Samples::Rgb | Samples::Rgba)
    }

    /// Converts a row of stored samples. `out` has the row's pixels in [`Self::channels`].
    pub(super) fn row(&mut self, stored: &[u8], out: &mut [u8]) -> Result<(), Foreign> {
        match &self.transform {
            Some(transform) if transform.takes(self.samples) => transform.row(stored, out),
            Some(transform) => {
                let bytes = self.samples.count() * if self.deep { 2 } else { 1 };
                self.scratch.clear();
                plain::spread_grey(stored, bytes, self.samples == Samples::GreyAlpha, &mut self.scratch);
                transform.row(&self.scratch, out)
            }
            None => {
                plain_row(self.samples, self.deep, stored, out);
                Ok(())
            }
        }
    }
}

/// A row without a profile.
fn plain_row(samples: Samples, deep: bool, stored: &[u8], out: &mut [u8]) {
    let reduced;
    let eight = if deep {
        reduced = plain::sixteen_to_eight(stored);
        &reduced
    } else {
        stored
    };
    match samples {
        Samples::Rgb | Samples::Rgba => out.copy_from_slice(eight),
        Samples::Grey => plain::grey_to_rgb(eight, out),
        Samples::GreyAlpha => plain::grey_alpha_to_rgba(eight, out),
        Samples::Inks => plain::inks_to_rgb(eight, out),
    }
}
