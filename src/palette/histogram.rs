//! The colours of a picture and how often they occur. Colours that are all but alike are counted as one where there
//! are very many.

use super::space::{Point, point};

/// More colours than this are merged with their neighbours, so that the cost of a palette is bounded.
const MANY: usize = 24_000;

/// A colour, or several that are all but alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) point: Point,
    pub(super) weight: f32,
    pub(super) opaque: bool,
}

/// The colours but for those that are `fixed`, in an order that depends on nothing but them.
pub(super) fn histogram(pixels: &[[u8; 4]], fixed: &[[u8; 4]]) -> Vec<Entry> {
    let mut keys: Vec<u32> = pixels.iter().map(|pixel| key(*pixel)).collect();
    keys.retain(|key| !fixed.contains(&key.to_be_bytes()));
    keys.sort_unstable();
    // The exact number first, for there may be as many colours as pixels.
    let mut counted: Vec<(u32, u32)> = Vec::with_capacity(keys.chunk_by(u32::eq).count());
    counted.extend(keys.chunk_by(u32::eq).map(|alike| (alike[0], u32::try_from(alike.len()).unwrap_or(u32::MAX))));
    drop(keys);
    let mut bits = 0;
    let mut cells = counted.len();
    while cells > MANY {
        bits += 1;
        counted.sort_unstable_by_key(|&(key, _)| (cell(key, bits), key));
        cells = counted.chunk_by(|a, b| cell(a.0, bits) == cell(b.0, bits)).count();
    }
    counted.chunk_by(|a, b| cell(a.0, bits) == cell(b.0, bits)).map(merged).collect()
}

/// The mean of some colours. All are opaque, or none is.
fn merged(colours: &[(u32, u32)]) -> Entry {
    let mut sum = [0.0; 4];
    let mut weight = 0.0;
    for &(key, count) in colours {
        let count = count as f32;
        let point = point(key.to_be_bytes());
        weight += count;
        sum = [0, 1, 2, 3].map(|axis| sum[axis] + count * point[axis]);
    }
    let opaque = colours.first().is_some_and(|(key, _)| key & 255 == 255);
    let mean = if colours.len() == 1 { point(colours[0].0.to_be_bytes()) } else { sum.map(|sum| sum / weight) };
    Entry { point: mean, weight, opaque }
}

fn key(pixel: [u8; 4]) -> u32 {
    u32::from_be_bytes(pixel)
}

/// The cell that a colour falls into where `bits` of each channel do not count. Opaque colours keep to themselves.
fn cell(key: u32, bits: u32) -> (bool, u32) {
    let channel = 255_u32 >> bits << bits;
    (key & 255 == 255, key & (channel * 0x0101_0101))
}
