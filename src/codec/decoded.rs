//! What a decoder gives back: the picture, and how the file was found. And [`Rows`], which it fills from the top.

use crate::error::Error;
use crate::format::Format;
use crate::raster::{Channels, Raster};
use crate::units::Size;
use crate::warning::Warning;

/// A decoded picture, stored orientation, 8-bit sRGB; and how its file was found.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) picture: Raster,
    pub(crate) facts: Facts,
}

/// What only decoding tells of a file.
#[derive(Debug)]
pub(crate) struct Facts {
    /// What the caller may want to know.
    pub(crate) warnings: Vec<Warning>,
    /// What the file says of its colours other than that they are sRGB: another profile, or why one cannot be used.
    pub(crate) foreign_colours: Option<&'static str>,
    /// Whether bytes follow the end of the picture, or stand where they belong to nothing.
    pub(crate) stray_bytes: bool,
}

/// How a decoder found the file to end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ending {
    /// The first thing that is broken, if it was taken leniently.
    pub(super) damage: Option<&'static str>,
    /// Whether the picture is whole, but some of the data were passed over, for they make no sense.
    pub(super) irregular: bool,
    /// Whether the picture is whole and the mark of its end is missing.
    pub(super) end_missing: bool,
    /// Whether bytes follow the end, or stand where they belong to nothing.
    pub(super) stray_bytes: bool,
}

/// A picture that is being filled, row by row from the top.
#[derive(Debug)]
pub(super) struct Rows {
    picture: Raster,
    filled: usize,
}

impl Rows {
    /// Leniently, an alpha channel may be needed in the end.
    pub(super) fn new(size: Size, channels: Channels, lenient: bool) -> Self {
        let zeroed = if lenient { Raster::zeroed_with_room_for_alpha } else { Raster::zeroed };
        Self { picture: zeroed(size, channels), filled: 0 }
    }

    /// Has the next row filled. There is none beyond the last.
    pub(super) fn next<E>(&mut self, fill: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<(), E> {
        let line = self.picture.size().width() as usize * self.picture.channels().count();
        let start = self.filled * line;
        if let Some(row) = self.picture.pixels_mut().get_mut(start..start + line) {
            fill(row)?;
            self.filled += 1;
        }
        Ok(())
    }

    /// The picture. Rows that were not filled are transparent, with the damage as a warning.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if rows are missing and nobody says why, or all are.
    pub(super) fn finish(
        self,
        format: Format,
        ending: Ending,
        foreign_colours: Option<&'static str>,
        mut warnings: Vec<Warning>,
    ) -> Result<Decoded, Error> {
        let Ending { damage, irregular, end_missing, stray_bytes } = ending;
        let Self { mut picture, filled } = self;
        let size = picture.size();
        let whole = filled == size.height() as usize;
        if filled == 0 || (damage.is_none() && !whole) {
            let what = damage.unwrap_or("the pixels are fewer than the header promises");
            return Err(Error::decode(format, what));
        }
        if !whole {
            picture = picture.with_alpha();
            picture.pixels_mut()[4 * filled * size.width() as usize..].fill(0);
        }
        warnings.extend(irregular.then_some(Warning::Irregular));
        match damage {
            Some(what) => warnings.push(Warning::Damaged { what }),
            None => warnings.extend(end_missing.then_some(Warning::EndMissing)),
        }
        Ok(Decoded { picture, facts: Facts { warnings, foreign_colours, stray_bytes } })
    }
}
