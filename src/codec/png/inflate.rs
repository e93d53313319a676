//! How long compressed data are, without the memory for them.

use std::io::BufRead;

use miniz_oxide::inflate::stream::InflateState;
use miniz_oxide::inflate::stream::inflate as inflate_step;
use miniz_oxide::{DataFormat, MZFlush, MZStatus};

use crate::limits::Watch;

/// What a zlib stream comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Inflated {
    /// How many bytes it comes to, and of how many.
    pub(super) len: u64,
    pub(super) compressed: u64,
    /// Whether nothing follows it.
    pub(super) is_all: bool,
}

/// Why a stream comes to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hindrance {
    /// It makes no sense, or ends early.
    Broken,
    /// It is longer than allowed.
    TooLong,
    /// The time is out.
    TimeOut,
}

/// How much of a stream may come to nothing: a block costs work and may be empty, and hostile data have millions. Of
/// others, every two bytes come to one at least.
const IDLE: u64 = 1 << 16;

/// Whether so many compressed bytes are more than so many others need.
pub(super) const fn is_bloated(compressed: u64, len: u64) -> bool {
    compressed > len.saturating_mul(2).saturating_add(IDLE)
}

impl Inflated {
    /// Whether it is no longer than it would be without any compression: five bytes for each block, of which encoders make
    /// few thousand a megabyte. In the blocks of others there is room for something else.
    pub(super) const fn is_dense(self) -> bool {
        self.compressed <= self.len + self.len / 100 + 1024
    }
}

/// Inflates a stream and keeps nothing of it. One that comes to more than `most` bytes is not followed further.
pub(super) fn inflated(data: &mut impl BufRead, most: u64, watch: &Watch<'_>) -> Result<Inflated, Hindrance> {
    let mut state = InflateState::new_boxed(DataFormat::Zlib);
    let mut out = [0; 1 << 15];
    let (mut consumed, mut len) = (0, 0);
    loop {
        watch.check().map_err(|_| Hindrance::TimeOut)?;
        let ahead = data.fill_buf().map_err(|_| Hindrance::Broken)?;
        let step = inflate_step(&mut state, &ahead[..ahead.len().min(1 << 15)], &mut out, MZFlush::None);
        data.consume(step.bytes_consumed);
        consumed += step.bytes_consumed as u64;
        len += step.bytes_written as u64;
        if len > most {
            return Err(Hindrance::TooLong);
        }
        match step.status {
            Ok(MZStatus::StreamEnd) => {
                let is_all = data.fill_buf().is_ok_and(<[u8]>::is_empty);
                return Ok(Inflated { len, compressed: consumed, is_all });
            }
            Ok(_) if is_bloated(consumed, len) => return Err(Hindrance::Broken),
            Ok(_) if step.bytes_consumed > 0 || step.bytes_written > 0 => {}
            _ => return Err(Hindrance::Broken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use miniz_oxide::deflate::compress_to_vec_zlib;

    #[test]
    fn a_stream_is_measured() {
        let limits = Limits::default();
        let inflated = |mut data: &[u8], most| inflated(&mut data, most, &Watch::unhurried(&limits));
        let data = compress_to_vec_zlib(&[7; 100_000], 6);
        let whole = Inflated { len: 100_000, compressed: data.len() as u64, is_all: true };
        assert_eq!(inflated(&data, 100_000), Ok(whole));
        assert!(whole.is_dense());
        assert_eq!(inflated(&data, 99_999), Err(Hindrance::TooLong));
        assert_eq!(inflated(&[&data[..], b"."].concat(), 100_000), Ok(Inflated { is_all: false, ..whole }));
        for len in 0..data.len() {
            assert_eq!(inflated(&data[..len], 100_000), Err(Hindrance::Broken), "{len}");
        }
    }

    #[test]
    fn a_stream_of_nothing_is_not_followed() {
        let limits = Limits::default();
        let watch = Watch::unhurried(&limits);
        // Stored blocks of no bytes, none of which is the last.
        let blocks =
            |count: usize| [&[0x78, 0x01][..], &[0, 0, 0, 0xff, 0xff].repeat(count), &[3, 0, 0, 0, 0, 1]].concat();
        let few = inflated(&mut &blocks(10_000)[..], 9, &watch).unwrap();
        assert_eq!((few.len, few.compressed, few.is_all, few.is_dense()), (0, 50_008, true, false));
        assert_eq!(inflated(&mut &blocks(20_000)[..], 9, &watch), Err(Hindrance::Broken));
        let expired = Watch::start(&limits, Some(std::time::Duration::ZERO), None);
        assert_eq!(inflated(&mut &blocks(9)[..], 9, &expired), Err(Hindrance::TimeOut));
    }
}
