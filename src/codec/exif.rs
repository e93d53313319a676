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

/// The block with an orientation that is upright.
pub(super) fn upright(block: &[u8]) -> Vec<u8> {
    let mut block = block.to_vec();
    // What it was is of no interest here; where none was given, none is needed.
    let _ = image::metadata::Orientation::remove_from_exif_chunk(&mut block);
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
}
