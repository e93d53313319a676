//! JPEG to rows of samples: walks the segments and scans, and hands over the rows as they come. Written by ourselves,
//! for no decoder that there is notices exactly where the data end.

use super::bits::BitReader;
use super::coefficients::Coefficients;
use super::flaw::{Checked, Stop};
use super::frame::Frame;
use super::header::Header;
use super::scan::{Restarts, Scan};
use super::segments::{EOI, SOS, Segment, Segments, behind_data, survey};
use super::sequential::ComponentReader;
use super::strips::{Sink, Strips};
use super::tables::Tables;
use super::{broken, flaw};
use crate::codec::decoded::Ending;
use crate::error::Error;
use crate::limits::{Limits, Watch};
use crate::scale::Scale;
use crate::simd;

/// Decodes at a scale, and hands over every row from the top: a slice per component, each as long as the scaled picture
/// is wide, with no colour transform.
///
/// Anything broken is an error, unless `lenient`: then decoding ends there, and what is whole above counts. In a
/// picture of several scans, all that came before the damage counts, if only at lower fidelity. An error also if that
/// is nothing.
///
/// Damage in scans that are passed over is not noticed.
pub(super) fn decode_rows(
    bytes: &[u8],
    approach: &Approach,
    lenient: bool,
    watch: &Watch<'_>,
    sink: &mut Sink<'_>,
) -> Result<Ending, Error> {
    let frame = &approach.frame;
    let mut file = File::new(bytes, frame);
    let mut strips = Strips::new(frame);
    let end = match approach.scans {
        Scans::One => file.read_only_scan(&mut strips, sink),
        Scans::Several { all } => file.gather(Coefficients::new(frame, all), &mut strips, lenient, watch, sink),
    };
    let (damage, end) = match end {
        Ok(end) => (None, end),
        Err(Stop::Flaw(what)) if lenient && strips.given() > 0 => (Some(what), End::default()),
        Err(Stop::Flaw(what)) => return Err(broken(what)),
        Err(Stop::Error(error)) => return Err(error),
    };
    let irregular = file.irregular || file.segments.stray;
    let says_nothing = file.stray_bytes || file.segments.idle || file.tables.has_unused();
    let stray_bytes = irregular || end.bytes_follow || says_nothing;
    Ok(Ending { damage, end_missing: end.missing, irregular, stray_bytes })
}

/// How a file is decoded.
#[derive(Debug)]
pub(super) struct Approach {
    /// At the scale asked for.
    frame: Frame,
    scans: Scans,
}

#[derive(Debug)]
enum Scans {
    One,
    Several {
        /// Whether those that the scale does not need are read, too.
        all: bool,
    },
}

impl Approach {
    /// Decides before any memory is taken.
    ///
    /// Scans that the scale does not need are passed over only where the file has its end marker, without which it is
    /// as likely as not that they are cut.
    pub(super) fn choose(bytes: &[u8], header: &Header<'_>, scale: Scale, limits: &Limits) -> Result<Self, Error> {
        let scans = if header.keeps_coefficients() {
            let survey = survey(bytes);
            limits.check_scans(survey.scans)?;
            Scans::Several { all: !survey.is_whole }
        } else {
            Scans::One
        };
        Ok(Self { frame: header.frame.at(scale), scans })
    }
}

/// Where a file stands while its segments are read.
struct File<'a> {
    bytes: &'a [u8],
    frame: &'a Frame,
    segments: Segments<'a>,
    tables: Tables,
    frame_seen: bool,
    scan_seen: bool,
    irregular: bool,
    stray_bytes: bool,
}

/// What there is after the last scan.
#[derive(Debug, Default)]
struct End {
    missing: bool,
    bytes_follow: bool,
}

/// What comes next in a file.
enum Next {
    Scan(Scan),
    End(End),
}

/// The largest sum of a block's coefficients, as they are before the inverse transform and without their signs. In
/// pictures it is small; where it is not, a transform may overflow, and decoders differ.
#[cfg(feature = "fuzzing")]
pub(super) fn largest_block(bytes: &[u8], header: &Header<'_>, watch: &Watch<'_>) -> Option<u64> {
    let mut coefficients = Coefficients::new(&header.frame, true);
    File::new(bytes, &header.frame).read_all_scans(&mut coefficients, watch).ok()?;
    Some(coefficients.largest_block())
}

impl<'a> File<'a> {
    fn new(bytes: &'a [u8], frame: &'a Frame) -> Self {
        Self {
            bytes,
            frame,
            segments: Segments::new(bytes, 2),
            tables: Tables::default(),
            frame_seen: false,
            scan_seen: false,
            irregular: false,
            stray_bytes: false,
        }
    }

    /// Reads tables until a scan begins, or tells the end.
    fn next(&mut self) -> Checked<Next> {
        while let Some(Segment { marker, body }) = self.segments.next()? {
            match marker {
                SOS => {
                    let scan = Scan::read(body, self.frame)?;
                    if !self.frame.progressive {
                        self.tables.assume_standard_codes();
                        self.irregular |= !scan.is_plainly_sequential();
                    }
                    self.scan_seen = true;
                    return Ok(Next::Scan(scan));
                }
                EOI => {
                    let bytes_follow = self.segments.position() < self.bytes.len();
                    return Ok(Next::End(End { missing: false, bytes_follow }));
                }
                // The first frame header is known already.
                0xc0..=0xc2 if !self.frame_seen => self.frame_seen = true,
                0xc0..=0xc3 | 0xc5..=0xcb | 0xcd..=0xcf => return Err(flaw::SECOND_FRAME),
                0xc4 | 0xdb | 0xdd => self.tables.read(marker, body)?,
                // In front of the first scan it is for the header to say what it is.
                _ => self.stray_bytes |= self.scan_seen,
            }
        }
        Ok(Next::End(End { missing: true, bytes_follow: false }))
    }

    fn data(&self) -> BitReader<'a> {
        BitReader::new(self.bytes, self.segments.position())
    }

    /// Goes on behind the data of a scan.
    fn leave(&mut self, mut bits: BitReader<'a>) {
        let (at, stray) = bits.leave();
        self.go_on(at, stray);
    }

    /// Goes on where the data of a scan end; whether some of them were stray is said.
    fn go_on(&mut self, at: usize, stray: bool) {
        self.irregular |= stray | self.segments.stray;
        self.stray_bytes |= self.segments.idle;
        self.segments = Segments::new(self.bytes, at);
    }

    /// Reads a picture that is spread over several scans, and hands over what they have brought.
    fn gather(
        &mut self,
        mut coefficients: Coefficients<'_>,
        strips: &mut Strips,
        lenient: bool,
        watch: &Watch<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<End, Stop> {
        let end = self.read_all_scans(&mut coefficients, watch);
        if end.is_ok() || lenient && matches!(end, Err(Stop::Flaw(_))) {
            coefficients.give(strips, sink)?;
        }
        end
    }

    fn read_all_scans(&mut self, coefficients: &mut Coefficients<'_>, watch: &Watch<'_>) -> Result<End, Stop> {
        loop {
            match self.next() {
                Ok(Next::Scan(scan)) if coefficients.needs(&scan) => {
                    let mut bits = self.data();
                    coefficients.read_scan(&scan, &self.tables, &mut bits, watch)?;
                    self.leave(bits);
                }
                Ok(Next::Scan(scan)) => {
                    watch.check()?;
                    coefficients.pass_over(&scan)?;
                    self.go_on(behind_data(self.bytes, self.segments.position()), false);
                }
                Ok(Next::End(end)) if end.missing && !coefficients.is_complete() => return Err(flaw::ENDS_EARLY.into()),
                Ok(Next::End(_)) if !coefficients.is_filled() => return Err(flaw::COMPONENT_LEFT_OUT.into()),
                Ok(Next::End(end)) => return Ok(end),
                Err(flaw::ENDS_IN_SEGMENT) if coefficients.is_complete() => break,
                Err(what) => return Err(what.into()),
            }
        }
        Ok(End { missing: true, bytes_follow: false })
    }

    /// Reads a picture that is in one scan, a row of units at a time, and hands that over.
    fn read_only_scan(&mut self, strips: &mut Strips, sink: &mut Sink<'_>) -> Result<End, Stop> {
        let Next::Scan(scan) = self.next()? else { return Err(Stop::Flaw(flaw::ENDS_EARLY)) };
        let mut bits = self.data();
        let mut parts = Vec::new();
        let components = &self.frame.components;
        let codings = scan.codings(&self.tables, |part| components[part.component].tile < 8)?;
        for (component, coding) in components.iter().zip(codings) {
            parts.push(ComponentReader::new(component, self.tables.quantization(component.quantization)?, coding));
        }
        let mut restarts =
            Restarts::new(self.tables.restart_interval(), self.frame.units.down * self.frame.units.across);
        for row in 0..self.frame.units.down {
            bits = simd::dispatch(
                #[inline(always)]
                || read_units(self.frame.units.across, &mut parts, &mut restarts, bits, strips),
            )?;
            strips.finish_units(row, sink)?;
        }
        self.leave(bits);
        match self.next() {
            Ok(Next::Scan(_)) => Err(flaw::SCAN_TOO_MANY.into()),
            Ok(Next::End(end)) => Ok(end),
            Err(flaw::ENDS_IN_SEGMENT) => Ok(End { missing: true, bytes_follow: false }),
            Err(what) => Err(what.into()),
        }
    }
}

/// Reads so many units of the only scan, a row of them. The bits by value, so that they stay in registers.
#[inline(always)]
fn read_units<'a>(
    count: usize,
    parts: &mut [ComponentReader<'_>],
    restarts: &mut Restarts,
    mut bits: BitReader<'a>,
    strips: &mut Strips,
) -> Checked<BitReader<'a>> {
    for unit in 0..count {
        if restarts.before_unit(&mut bits)? {
            parts.iter_mut().for_each(ComponentReader::restart);
        }
        for (part, strip) in parts.iter_mut().zip(strips.each()) {
            part.read(unit, &mut bits, strip);
        }
        restarts.after_unit(&mut bits)?;
    }
    Ok(bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::jpeg::sequential::Block;
    use crate::codec::jpeg::tests::testdata;

    /// What the scans have brought of a file that may be cut.
    fn blocks(bytes: &[u8], frame: &Frame) -> Vec<Block> {
        let mut coefficients = Coefficients::new(frame, true);
        // How it ends does not matter here.
        let _ = File::new(bytes, frame).read_all_scans(&mut coefficients, &Watch::unhurried(&Limits::default()));
        coefficients.blocks()
    }

    #[test]
    fn where_a_scan_is_cut_each_block_is_as_before_or_after_it() {
        for name in ["progressive.jpg", "progressive-444.jpg", "separate-scans-420.jpg"] {
            let bytes = testdata(name);
            let frame = Header::read(&bytes).unwrap().frame;
            let mut file = File::new(&bytes, &frame);
            while let Next::Scan(_) = file.next().unwrap() {
                let data = file.segments.position();
                let end = behind_data(&bytes, data);
                let (before, after) = (blocks(&bytes[..data], &frame), blocks(&bytes[..end], &frame));
                let mut most = 0;
                for cut in (data..end).step_by((end - data).div_ceil(40)) {
                    let blocks = blocks(&bytes[..cut], &frame);
                    let states = || blocks.iter().zip(before.iter().zip(&after));
                    assert!(states().all(|(block, (old, new))| block == old || block == new), "{name} cut at {cut}");
                    let changed = states().filter(|(block, (old, new))| old != new && block == new).count();
                    assert!(changed >= most, "{name} cut at {cut}");
                    most = changed;
                }
                file.go_on(end, false);
            }
        }
    }
}
