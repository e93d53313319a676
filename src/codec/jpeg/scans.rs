//! JPEG to rows of samples: walks the segments and scans, and hands over the rows as they come. Written by ourselves,
//! for no decoder that there is notices exactly where the data end.

use super::bits::BitReader;
use super::coefficients::Coefficients;
use super::flaw::{Checked, Stop};
use super::frame::Frame;
use super::header::Header;
use super::idct::{Extent, idct};
use super::scan::{Restarts, Scan};
use super::segments::{EOI, SOS, Segment, Segments};
use super::strips::{Sink, Strips};
use super::tables::Tables;
use super::{broken, flaw};
use crate::codec::decoded::Ending;
use crate::error::Error;
use crate::limits::Watch;

/// Decodes, and hands over every row from the top: a slice per component, each as long as the picture is wide, with no
/// colour transform.
///
/// Anything broken is an error, unless `lenient`: then decoding ends there, and what is whole above counts. In a
/// picture of several scans, all that came before the damage counts, if only at lower fidelity. An error also if that
/// is nothing.
pub(super) fn decode_rows(
    bytes: &[u8],
    header: &Header<'_>,
    lenient: bool,
    watch: &Watch<'_>,
    sink: &mut Sink<'_>,
) -> Result<Ending, Error> {
    let mut file = File::new(bytes, &header.frame);
    let mut strips = Strips::new(&header.frame);
    let end = if header.keeps_coefficients() {
        let mut coefficients = Coefficients::new(&header.frame);
        let end = match file.read_all_scans(&mut coefficients, watch) {
            Ok(end) => Ok(end),
            Err(Stop::Flaw(what)) => Err(what),
            Err(Stop::Error(error)) => return Err(error),
        };
        if end.is_ok() || lenient {
            coefficients.give(&mut strips, sink)?;
        }
        end
    } else {
        match file.read_only_scan(&mut strips, sink) {
            Ok(()) => file.read_rest(),
            Err(Stop::Flaw(what)) => Err(what),
            Err(Stop::Error(error)) => return Err(error),
        }
    };
    let (damage, end) = match end {
        Ok(end) => (None, end),
        Err(what) if lenient && strips.given() > 0 => (Some(what), End::default()),
        Err(what) => return Err(broken(what)),
    };
    let irregular = file.irregular || file.segments.stray;
    let says_nothing = file.stray_bytes || file.segments.idle || file.tables.has_unused();
    let stray_bytes = irregular || end.bytes_follow || says_nothing;
    Ok(Ending { damage, end_missing: end.missing, irregular, stray_bytes })
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
    let mut coefficients = Coefficients::new(&header.frame);
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
        self.irregular |= stray | self.segments.stray;
        self.stray_bytes |= self.segments.idle;
        self.segments = Segments::new(self.bytes, at);
    }

    /// Reads a picture that is spread over several scans.
    fn read_all_scans(&mut self, coefficients: &mut Coefficients<'_>, watch: &Watch<'_>) -> Result<End, Stop> {
        loop {
            match self.next() {
                Ok(Next::Scan(scan)) => {
                    let mut bits = self.data();
                    coefficients.read_scan(&scan, &self.tables, &mut bits, watch)?;
                    self.leave(bits);
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

    /// Reads a picture that is in one scan, a row of units at a time.
    fn read_only_scan(&mut self, strips: &mut Strips, sink: &mut Sink<'_>) -> Result<(), Stop> {
        let Next::Scan(scan) = self.next()? else { return Err(Stop::Flaw(flaw::ENDS_EARLY)) };
        let mut bits = self.data();
        let mut codings = scan.codings(&self.tables)?;
        let mut parts = Vec::new();
        for (component, coding) in self.frame.components.iter().zip(&mut codings) {
            parts.push((component.sampling, self.tables.quantization(component.quantization)?, coding));
        }
        let mut restarts =
            Restarts::new(self.tables.restart_interval(), self.frame.units.down * self.frame.units.across);
        for row in 0..self.frame.units.down {
            for unit in 0..self.frame.units.across {
                if restarts.before_unit(&mut bits)? {
                    parts.iter_mut().for_each(|part| part.2.previous = 0);
                }
                for (index, (sampling, factors, coding)) in parts.iter_mut().enumerate() {
                    let across = usize::from(sampling.across);
                    for y in 0..usize::from(sampling.down) {
                        for x in unit * across..(unit + 1) * across {
                            let mut block = [0; 64];
                            let mut last = coding.read(&mut bits, &mut block);
                            if bits.overran() {
                                (block, last) = ([0; 64], 0);
                            }
                            strips.put(index, x, y, &idct(&block, factors, Extent::up_to(last)));
                        }
                    }
                }
                restarts.after_unit(&mut bits)?;
            }
            strips.finish_units(row, sink)?;
        }
        self.leave(bits);
        Ok(())
    }

    /// Reads what follows the only scan.
    fn read_rest(&mut self) -> Checked<End> {
        match self.next() {
            Ok(Next::Scan(_)) => Err(flaw::SCAN_TOO_MANY),
            Ok(Next::End(end)) => Ok(end),
            Err(flaw::ENDS_IN_SEGMENT) => Ok(End { missing: true, bytes_follow: false }),
            Err(what) => Err(what),
        }
    }
}
