//! Laws that hold for every picture, canvas and cap, tried on many.

use proptest::prelude::*;
use pushpix::{Adapter, ByteSize, Effort, Error, Format, Placement, Quality, Size, Spec, Upscale};

use crate::pictures::{Seen, near, png, png_with_orientation};

fn sides(longest: u32) -> impl Strategy<Value = Size> {
    (1..=longest, 1..=longest).prop_map(|(width, height)| Size::new(width, height).unwrap())
}

/// A small picture: patches of flat colour, noise or a ramp, opaque or not.
fn picture() -> impl Strategy<Value = (u32, u32, Vec<[u8; 4]>)> {
    (1_u32..40, 1_u32..40, any::<u32>(), 0_u8..3, any::<bool>()).prop_map(|(width, height, seed, kind, opaque)| {
        let pixel = |x: u32, y: u32| {
            let noise = (x * 7919 + y * 104_729 + 1).wrapping_mul(seed | 1).rotate_left(13).wrapping_mul(2_654_435_761);
            let [r, g, b, a] = match kind {
                0 => ((x / 8 * 31 + y / 8 * 17).wrapping_mul(seed)).to_be_bytes(),
                1 => noise.to_be_bytes(),
                _ => [x * 6, y * 6, seed & 255, (x + y) * 3].map(|value| u8::try_from(value.min(255)).unwrap()),
            };
            [r, g, b, if opaque { 255 } else { a }]
        };
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| pixel(x, y)).collect();
        (width, height, pixels)
    })
}

proptest! {
    #[test]
    fn a_placement_lies_inside_is_centred_and_keeps_the_aspect(source in sides(5000), canvas in sides(3000)) {
        for upscale in [Upscale::Allow, Upscale::Never] {
            let placement = Placement::contain(source, canvas, upscale);
            let scaled = placement.scaled();
            prop_assert!(scaled.width() >= 1 && scaled.height() >= 1);
            let right = canvas.width() - placement.x() - scaled.width();
            let bottom = canvas.height() - placement.y() - scaled.height();
            prop_assert!(right == placement.x() || right == placement.x() + 1);
            prop_assert!(bottom == placement.y() || bottom == placement.y() + 1);

            let fits = source.width() <= canvas.width() && source.height() <= canvas.height();
            if fits && upscale == Upscale::Never {
                prop_assert_eq!(scaled, source);
                continue;
            }
            prop_assert!(scaled.width() == canvas.width() || scaled.height() == canvas.height());
            // The side that does not bind is the nearest whole number to its exact length, unless that is below 1.
            let (sw, sh) = (f64::from(source.width()), f64::from(source.height()));
            let ratio = (f64::from(canvas.width()) / sw).min(f64::from(canvas.height()) / sh);
            for (side, exact) in [(scaled.width(), sw * ratio), (scaled.height(), sh * ratio)] {
                prop_assert!((f64::from(side) - exact).abs() <= 0.5 + 1e-6 || side == 1, "{side} for {exact}");
            }
        }
    }

    #[test]
    fn a_placement_turns_with_its_picture(source in sides(5000), canvas in sides(3000)) {
        let placement = Placement::contain(source, canvas, Upscale::Allow);
        let turned = Placement::contain(source.transposed(), canvas.transposed(), Upscale::Allow);
        prop_assert_eq!(turned.scaled(), placement.scaled().transposed());
        prop_assert_eq!((turned.x(), turned.y()), (placement.y(), placement.x()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_output_is_never_over_the_cap(
        (width, height, pixels) in picture(),
        canvas in sides(60),
        cap in 1_u64..6000,
        formats in prop::sample::subsequence(vec![Format::Jpeg, Format::Png], 1..=2),
        floor in 1_u8..=90,
        balanced in any::<bool>(),
    ) {
        let spec = Spec::custom(canvas).with_max_bytes(ByteSize::new(cap)).with_formats(formats.clone());
        let adapter = Adapter::new()
            .with_effort(if balanced { Effort::Balanced } else { Effort::Fast })
            .with_min_quality(Quality::whole(floor));
        match adapter.adapt(&png(width, height, &pixels), &spec) {
            Ok(out) => {
                prop_assert!(out.bytes.len() as u64 <= cap);
                let seen = Seen::of(&out.bytes);
                prop_assert_eq!(seen.size(), (canvas.width(), canvas.height()));
                prop_assert!(formats.contains(&seen.format));
                let transparent = pixels.iter().any(|pixel| pixel[3] < 255);
                let clear = transparent && seen.format == Format::Png && formats.contains(&Format::Png);
                // JPEG rings beside an edge, but no further than the 16 pixels of its unit.
                let placement = out.report.placement;
                if seen.format == Format::Png || placement.x() >= 16 || placement.y() >= 16 {
                    let tolerance = if seen.format == Format::Png { 0 } else { 3 };
                    for corner in seen.padded_corners(&placement) {
                        prop_assert!(near(corner, if clear { [0; 4] } else { [255; 4] }, tolerance), "{:?}", corner);
                    }
                }
            }
            Err(Error::OverBudget { max_bytes, smallest, attempts, .. }) => {
                prop_assert_eq!(max_bytes.as_u64(), cap);
                prop_assert!(smallest.as_u64() > cap);
                prop_assert!(attempts >= 1);
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    #[test]
    fn the_orientations_of_a_picture_give_one_picture((width, height, pixels) in picture(), canvas in sides(50)) {
        let spec = Spec::custom(canvas);
        let adapter = Adapter::new().with_effort(Effort::Fast);
        // With its tag even the upright one is not passed through.
        let upright = adapter.adapt(&png_with_orientation(width, height, &pixels, 1), &spec).unwrap();
        for orientation in 1..=8_u8 {
            let swapped = orientation >= 5;
            let (stored_width, stored_height) = if swapped { (height, width) } else { (width, height) };
            // Where the pixel that is seen at x, y is stored: the inverse of what a viewer does.
            let mut stored = vec![[0; 4]; pixels.len()];
            for y in 0..height {
                for x in 0..width {
                    let (left, top) = (width - 1 - x, height - 1 - y);
                    let (sx, sy) = match orientation {
                        1 => (x, y),
                        2 => (left, y),
                        3 => (left, top),
                        4 => (x, top),
                        5 => (y, x),
                        6 => (y, left),
                        7 => (top, left),
                        _ => (top, x),
                    };
                    stored[(sy * stored_width + sx) as usize] = pixels[(y * width + x) as usize];
                }
            }
            let input = png_with_orientation(stored_width, stored_height, &stored, orientation);
            let out = adapter.adapt(&input, &spec).unwrap();
            prop_assert_eq!(out.report.source.orientation.exif(), orientation);
            prop_assert!(out.bytes == upright.bytes, "orientation {}", orientation);
        }
    }
}
