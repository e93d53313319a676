//! What a picture is like, told from its pixels alone: is it worth a try to write it without loss? Where it came from,
//! and in which format, does not matter.

use crate::placement::Placement;
use crate::raster::Raster;

/// A picture is worth a try from this share of pixels that are exactly like those to the left and above, or of such
/// that are next to alike (soft slopes). Of 37 photographs at 300x300, 3 are; of 46 graphics, all but 9: noise,
/// photos with text, soft glows.
const ALIKE: f64 = 0.15;
const NEARLY_ALIKE: f64 = 0.6;

/// Whether areas of one colour or soft slopes make up much of the picture. The padding around it is not counted.
///
/// # Cost
///
/// One look at every pixel, some hundredths of an encode.
pub(super) fn may_be_flat(canvas: &Raster, placement: &Placement) -> bool {
    let count = canvas.channels().count();
    let line = canvas.size().width() as usize * count;
    let (left, width) = (placement.x() as usize, placement.scaled().width() as usize);
    let (top, height) = (placement.y() as usize, placement.scaled().height() as usize);
    let rows = canvas.pixels().chunks_exact(line).skip(top).take(height);
    let rows: Vec<&[u8]> = rows.map(|row| &row[left * count..(left + width) * count]).collect();
    let (mut alike, mut nearly) = (0_u64, 0_u64);
    let mut off = vec![0; (width - 1) * count];
    for pair in rows.windows(2) {
        let (above, left, here) = (&pair[0][count..], pair[1], &pair[1][count..]);
        for (((off, above), left), here) in off.iter_mut().zip(above).zip(left).zip(here) {
            *off = here.abs_diff(*left).max(here.abs_diff(*above));
        }
        for most in off.chunks_exact(count).map(|pixel| pixel.iter().copied().max()) {
            alike += u64::from(most == Some(0));
            nearly += u64::from(most == Some(1));
        }
    }
    let all = (width.saturating_sub(1) * height.saturating_sub(1)) as f64;
    alike as f64 >= ALIKE * all || (alike + nearly) as f64 >= NEARLY_ALIKE * all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::Upscale;
    use crate::raster::Channels;
    use crate::units::{Rgb8, Size};

    fn judged(picture: impl Fn(u32, u32) -> [u8; 3]) -> bool {
        let (size, square) = (Size::new(200, 50).unwrap(), Size::new(50, 50).unwrap());
        let placement = Placement::contain(square, size, Upscale::Allow);
        let mut canvas = Raster::filled(size, Channels::Rgb, Rgb8::WHITE);
        let pixels = (0..50).flat_map(|y| (0..50).map(move |x| (x, y))).flat_map(|(x, y)| picture(x, y)).collect();
        canvas.put(&Raster::new(square, Channels::Rgb, pixels).unwrap(), placement.x(), 0);
        may_be_flat(&canvas, &placement)
    }

    /// Scattered, but always the same.
    fn noise(x: u32, y: u32) -> u8 {
        (x.wrapping_mul(0x9e37_79b9) ^ y.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35).to_be_bytes()[0]
    }

    #[test]
    fn flat_areas_and_slopes_are_worth_a_try_and_grain_is_not() {
        assert!(!judged(|x, y| [noise(x, y); 3]), "three quarters of padding do not make a photo flat");
        assert!(judged(|x, y| if x < 20 { [9, 200, 30] } else { [noise(x, y); 3] }));
        assert!(judged(|x, y| [x, y, x + y].map(|value| value.to_le_bytes()[0])));
        assert!(!judged(|x, y| [noise(x, y) / 64 + 100; 3]), "faint grain is grain");
        assert!(judged(|_, _| [255; 3]));
    }
}
