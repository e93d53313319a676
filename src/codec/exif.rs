//! The one thing that is read of a picture's EXIF data, and changed in what is kept of it: its orientation.

use crate::orientation::Orientation;

/// The orientation that a block of EXIF data gives, upright if it gives none that is valid.
///
/// The block begins with its TIFF header; a JPEG's `Exif\0\0` has been taken off.
pub(super) fn orientation(block: &[u8]) -> Orientation {
    image::metadata::Orientation::from_exif_chunk(block)
        .and_then(|orientation| Orientation::from_exif(orientation.to_exif()))
        .unwrap_or(Orientation::UPRIGHT)
}

/// The block with an orientation that is upright, however it was written: a viewer may read what is no valid one for
/// us.
pub(super) fn upright(block: &[u8]) -> Vec<u8> {
    let mut block = block.to_vec();
    let big = match block.get(..4) {
        Some(b"MM\0*") => true,
        Some(b"II*\0") => false,
        _ => return block,
    };
    let number = |bytes: &[u8]| {
        let digit = |value: usize, byte: &u8| value << 8 | usize::from(*byte);
        if big { bytes.iter().fold(0, digit) } else { bytes.iter().rev().fold(0, digit) }
    };
    // The first directory: a count, and entries of tag, type, count and value.
    let start = block.get(4..8).map_or(0, number);
    let count = block.get(start..).and_then(|rest| rest.get(..2)).map_or(0, number);
    let Some(entries) = block.get_mut(start..).and_then(|rest| rest.get_mut(2..)) else { return block };
    for entry in entries.as_chunks_mut::<12>().0.iter_mut().take(count) {
        if number(&entry[..2]) == 0x112 {
            let upright = if big { [0, 3, 0, 0, 0, 1, 0, 1, 0, 0] } else { [3, 0, 1, 0, 0, 0, 1, 0, 0, 0] };
            entry[2..].copy_from_slice(&upright);
        }
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_exif_is_upright() {
        for block in [&b""[..], b"II*\0", b"MM\0*\0\0\0\x08\0\x01", b"nonsense at length"] {
            assert_eq!(orientation(block), Orientation::UPRIGHT);
        }
    }

    #[test]
    fn an_orientation_is_made_upright_however_it_is_written() {
        // As SHORT, as LONG and with a count of two, in both byte orders.
        let big = |rest: &[u8]| [b"MM\0*\0\0\0\x08\0\x01\x01\x12", rest, b"\0\0\0\0"].concat();
        let little = |rest: &[u8]| [b"II*\0\x08\0\0\0\x01\0\x12\x01", rest, b"\0\0\0\0"].concat();
        for block in [
            big(b"\0\x03\0\0\0\x01\0\x06\0\0"),
            big(b"\0\x04\0\0\0\x01\0\0\0\x06"),
            big(b"\0\x03\0\0\0\x02\0\x06\0\x06"),
            little(b"\x03\0\x01\0\0\0\x06\0\0\0"),
            little(b"\x04\0\x01\0\0\0\x06\0\0\0"),
        ] {
            let upright = upright(&block);
            let expected = if block[0] == b'M' {
                big(b"\0\x03\0\0\0\x01\0\x01\0\0")
            } else {
                little(b"\x03\0\x01\0\0\0\x01\0\0\0")
            };
            assert_eq!(upright, expected);
        }
        for block in [&b""[..], b"MM\0*", b"MM\0*\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff\x12\x01"] {
            assert_eq!(upright(block), block);
        }
    }
}
