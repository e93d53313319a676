//! What can be wrong with the data of a JPEG, in words for people.

use crate::error::Error;

/// What comes of data, unless they are flawed.
pub(super) type Checked<T> = Result<T, &'static str>;

/// Why the reading of scans stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// The file is broken.
    Flaw(&'static str),
    /// A limit is reached, or whoever takes the rows wants no more.
    Error(Error),
}

impl From<&'static str> for Stop {
    fn from(what: &'static str) -> Self {
        Self::Flaw(what)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

pub(super) const ENDS_EARLY: &str = "its data end before the picture does";
pub(super) const BAD_REFINEMENT: &str = "its data refine by more than a bit";
pub(super) const PAST_THE_BLOCK: &str = "its data have a coefficient beyond its block";
pub(super) const NO_RESTART: &str = "a restart marker is missing";
pub(super) const WRONG_RESTART: &str = "a restart marker is out of turn";
pub(super) const BAD_HUFFMAN: &str = "a Huffman table is impossible";
pub(super) const NO_HUFFMAN: &str = "a scan uses a Huffman table that was not given";
pub(super) const BAD_QUANTIZATION: &str = "a quantization table is cut short or misnumbered";
pub(super) const NO_QUANTIZATION: &str = "a scan uses a quantization table that was not given";
pub(super) const BAD_RESTART_INTERVAL: &str = "the restart interval is cut short";
pub(super) const BAD_SCAN: &str = "a scan header is cut short or contradicts itself";
pub(super) const UNKNOWN_COMPONENT: &str = "a scan names a component that is not there, is named twice or out of order";
pub(super) const TOO_MANY_BLOCKS: &str = "a scan has more than 10 blocks in a unit";
pub(super) const BAD_PROGRESSION: &str = "a scan refines what it cannot refine";
pub(super) const COMPONENT_LEFT_OUT: &str = "a component is in no scan";
pub(super) const COMPONENT_TWICE: &str = "a component is in two scans";
pub(super) const SCAN_TOO_MANY: &str = "a scan follows when the picture is whole";
pub(super) const SECOND_FRAME: &str = "it has a second frame header";
pub(super) const SECOND_START: &str = "an image begins within it";
pub(super) const RESERVED_MARKER: &str = "it has a marker that is reserved";
pub(super) const SHORT_SEGMENT: &str = "a segment is shorter than its own length field";
pub(super) const ENDS_IN_SEGMENT: &str = "it ends within a segment";
