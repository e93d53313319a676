//! JPEG to rows of samples by a decoder of our own, for none that there is notices exactly where the data end: walks the segments
//! and scans, and hands over the rows as they come.

use super::bits::BitReader;
use super::coefficients::Coefficients;
use super::flaw::Checked;
use super::frame::Frame;
use super::header::Header;
use super::idct::{Extent, idct};
use super::rows::{Rows, Sink};
use super::scan::{Restarts, Scan};
use super::segments::{EOI, Segment, Segments};
use super::tables::Tables;
use super::{broken, flaw};
use crate::error::Error;

/// How decoding came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::codec) struct Ending {
    /// The rows that were handed over, which are those whose samples were all there: the picture's height, unless there
    /// is damage. They are the same as those of the whole picture.
    pub(in crate::codec) intact_rows: u32,
    /// The first thing that was broken; only where that was allowed.
    pub(in crate::codec) damage: Option<&'static str>,
    /// Whether the picture is whole but its end marker is missing.
    pub(in crate::codec) end_missing: bool,
    /// How many bytes there are after the end marker.
    pub(in crate::codec) trailing: usize,
    /// Whether bytes that belong to nothing were passed over, or a field that does not matter was wrong.
    pub(in crate::codec) stray: bool,
}

/// Decodes, and hands over every row from the top: a slice per component, each as long as the picture is wide, with no
/// colour transform.
///
/// Anything broken is an error, unless `lenient`: then decoding ends there, and what is whole above counts. In a
/// picture of several scans, all that came before the damage counts, if only at lower fidelity. An error also if that
/// is nothing.
pub(in crate::codec) fn decode_rows(bytes: &[u8], lenient: bool, sink: &mut Sink<'_>) -> Result<Ending, Error> {
    let header = Header::read(bytes)?;
    let mut file = File {
        bytes,
        frame: &header.frame,
        segments: Segments::new(bytes, 2),
        tables: Tables::default(),
        frame_seen: false,
        stray: false,
    };
    let mut rows = Rows::new(&header.frame);
    let end = if header.keeps_coefficients() {
        let mut coefficients = Coefficients::new(&header.frame);
        let end = file.read_all_scans(&mut coefficients);
        if end.is_ok() || lenient {
            coefficients.give(&mut rows, sink)?;
        }
        end
    } else {
        match file.read_only_scan(&mut rows, sink) {
            Ok(()) => file.read_rest(),
            Err(Stop::Flaw(what)) => Err(what),
            Err(Stop::Sink(error)) => return Err(error),
        }
    };
    let intact = u32::try_from(rows.given()).unwrap_or(0);
    let ending = |damage, end: End| Ending {
        intact_rows: intact,
        damage,
        end_missing: end.missing,
        trailing: end.trailing,
        stray: file.stray || file.segments.stray,
    };
    match end {
        Ok(end) => Ok(ending(None, end)),
        Err(what) if lenient && intact > 0 => Ok(ending(Some(what), End::default())),
        Err(what) => Err(broken(what)),
    }
}

/// Where a file stands while its segments are read.
struct File<'a> {
    bytes: &'a [u8],
    frame: &'a Frame,
    segments: Segments<'a>,
    tables: Tables,
    frame_seen: bool,
    stray: bool,
}

/// What there is after the last scan.
#[derive(Debug, Default)]
struct End {
    missing: bool,
    trailing: usize,
}

/// Why decoding a scan to samples stops.
enum Stop {
    Flaw(&'static str),
    Sink(Error),
}

impl From<&'static str> for Stop {
    fn from(what: &'static str) -> Self {
        Self::Flaw(what)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Sink(error)
    }
}

impl<'a> File<'a> {
    /// Reads tables until a scan begins, or tells the end.
    fn next_scan(&mut self) -> Checked<Result<Scan, End>> {
        while let Some(Segment { marker, body }) = self.segments.next()? {
            match marker {
                0xda => {
                    let scan = Scan::read(body, self.frame)?;
                    if !self.frame.progressive {
                        self.tables.assume_standard_codes();
                        self.stray |= !scan.is_plainly_sequential();
                    }
                    return Ok(Ok(scan));
                }
                EOI => return Ok(Err(End { missing: false, trailing: self.bytes.len() - self.segments.position() })),
                // The first frame header is known already.
                0xc0..=0xc2 if !self.frame_seen => self.frame_seen = true,
                0xc0..=0xc3 | 0xc5..=0xcb | 0xcd..=0xcf => return Err(flaw::SECOND_FRAME),
                _ => self.tables.read(marker, body)?,
            }
        }
        Ok(Err(End { missing: true, trailing: 0 }))
    }

    fn data(&self) -> BitReader<'a> {
        BitReader::new(self.bytes, self.segments.position())
    }

    /// Goes on behind the data of a scan.
    fn leave(&mut self, mut bits: BitReader<'a>) {
        let (at, stray) = bits.leave();
        self.stray |= stray | self.segments.stray;
        self.segments = Segments::new(self.bytes, at);
    }

    /// Reads a picture that is spread over several scans.
    fn read_all_scans(&mut self, coefficients: &mut Coefficients<'_>) -> Checked<End> {
        loop {
            match self.next_scan() {
                Ok(Ok(scan)) => {
                    let mut bits = self.data();
                    coefficients.read_scan(&scan, &self.tables, &mut bits)?;
                    self.leave(bits);
                }
                Ok(Err(end)) if end.missing && !coefficients.is_complete() => return Err(flaw::ENDS_EARLY),
                Ok(Err(_)) if !coefficients.is_filled() => return Err(flaw::COMPONENT_LEFT_OUT),
                Ok(Err(end)) => return Ok(end),
                Err(flaw::ENDS_IN_SEGMENT) if coefficients.is_complete() => {
                    return Ok(End { missing: true, trailing: 0 });
                }
                Err(what) => return Err(what),
            }
        }
    }

    /// Reads a picture that is in one scan, a row of units at a time.
    fn read_only_scan(&mut self, rows: &mut Rows, sink: &mut Sink<'_>) -> Result<(), Stop> {
        let Ok(scan) = self.next_scan()? else { return Err(Stop::Flaw(flaw::ENDS_EARLY)) };
        let mut bits = self.data();
        let mut codings = scan.codings(&self.tables)?;
        let mut parts = Vec::new();
        for (component, coding) in self.frame.components.iter().zip(&mut codings) {
            parts.push((component.sampling, self.tables.quantization(component.quantization)?, coding));
        }
        let mut restarts = Restarts::new(self.tables.restart_interval);
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
                            rows.put(index, x, y, &idct(&block, factors, Extent::up_to(last)));
                        }
                    }
                }
                restarts.after_unit(&mut bits)?;
            }
            rows.finish_units(row, sink)?;
        }
        self.leave(bits);
        Ok(())
    }

    /// Reads what follows the only scan.
    fn read_rest(&mut self) -> Checked<End> {
        match self.next_scan() {
            Ok(Ok(_)) => Err(flaw::SCAN_TOO_MANY),
            Ok(Err(end)) => Ok(end),
            Err(flaw::ENDS_IN_SEGMENT) => Ok(End { missing: true, trailing: 0 }),
            Err(what) => Err(what),
        }
    }
}
