//! The promises of decoding at a scale.

use super::*;
use crate::units::Size;

proptest! {
    /// What is read of a file in one scan passes over what is not needed; of one in several all is kept, but for means.
    #[test]
    fn at_any_scale_one_scan_gives_what_several_give(
        (width, height) in (1_usize..120, 1_usize..120),
        factors in prop::sample::select(&SAMPLINGS[..]),
        scale in prop::sample::select(&Scale::ALL[..]),
        quality in 5_f32..100.0,
        seed in any::<u32>(),
    ) {
        let [one, several] =
            [false, true].map(|progressive| written((width, height), &factors, progressive, quality, seed));
        let (own, ending) = planes_at(scale, &one, false).unwrap();
        prop_assert_eq!(&own, &planes_at(scale, &several, false).unwrap().0);
        let size = scale.of(probe(&one).unwrap().stored);
        prop_assert_eq!(ending.intact_rows, size.height());
        prop_assert!(own.iter().all(|plane| plane.len() as u64 == size.area()));
        let ended = Seen { intact_rows: size.height(), ..planes(&one, false).unwrap().1 };
        prop_assert_eq!(ending, ended);
        prop_assert_eq!(own.concat().len(), by_libjpeg_at(scale, &one).concat().len());
    }
}

#[test]
fn an_eighth_is_the_means_of_blocks_as_with_libjpeg() {
    // Of components of fewer samples libjpeg takes other means of more of them.
    for name in ["444.jpg", "grey.jpg", "cmyk.jpg"] {
        let bytes = testdata(name);
        assert!(planes_at(Scale::Eighth, &bytes, false).unwrap().0 == by_libjpeg_at(Scale::Eighth, &bytes), "{name}");
    }
}

#[test]
fn a_photo_at_a_scale_is_near_libjpegs() {
    // libjpeg-turbo averages all frequencies of a block, and here those that a scale cannot show are left out.
    let bytes = testdata("photo.jpg");
    for scale in [Scale::Half, Scale::Quarter, Scale::Eighth] {
        let (own, other) = (planes_at(scale, &bytes, false).unwrap().0.concat(), by_libjpeg_at(scale, &bytes).concat());
        let far: u64 = own.iter().zip(&other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(own.len() == other.len() && far <= own.len() as u64, "{scale}: {far} in {} samples", own.len());
    }
}

#[test]
fn scans_that_are_not_needed_are_not_read_but_where_the_end_is_missing() {
    let bytes = testdata("progressive.jpg");
    let whole = planes_at(Scale::Eighth, &bytes, false).unwrap();
    // The last scan refines luma. Of its data nothing is left.
    let scan = bytes.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap();
    let data = scan + 2 + usize::from(bytes[scan + 3]);
    let spoilt = [&bytes[..data], &[0xff, 0xd9]].concat();
    assert!(planes(&spoilt, false).is_err() && planes_at(Scale::Quarter, &spoilt, false).is_err());
    assert_eq!(planes_at(Scale::Eighth, &spoilt, false).unwrap(), whole);
    // Without an end they are as good as cut, which all scales notice.
    for length in (data..bytes.len() - 2).step_by(97) {
        for scale in Scale::ALL {
            assert!(planes_at(scale, &bytes[..length], false).is_err(), "{scale} of {length} bytes");
        }
    }
    let endless = &bytes[..bytes.len() - 2];
    let (same, ending) = planes_at(Scale::Eighth, endless, false).unwrap();
    assert!(same == whole.0 && ending.end_missing);
}

/// The samples of a component at full size, averaged over squares of the picture; of those in part within it, over that
/// part.
fn averaged(plane: &[u8], size: Size, side: u32) -> Vec<f64> {
    let scaled = (size.width().div_ceil(side), size.height().div_ceil(side));
    let places = (0..scaled.1).flat_map(|y| (0..scaled.0).map(move |x| (x, y)));
    let mean = |(x, y): (u32, u32)| {
        let columns = x * side..((x + 1) * side).min(size.width());
        let rows = y * side..((y + 1) * side).min(size.height());
        let count = (columns.len() * rows.len()) as f64;
        let all = rows.flat_map(|row| columns.clone().map(move |column| row * size.width() + column));
        all.map(|at| f64::from(plane[at as usize])).sum::<f64>() / count
    };
    places.map(mean).collect()
}

#[test]
fn a_smooth_picture_lies_where_it_lies_in_full() {
    // Whatever the factors: a shift of a component by a pixel of the scaled picture would be more levels than are
    // allowed. Where samples are repeated three or four times, it is as coarse as that at full size.
    let (width, height) = (83, 61);
    let pixels: Vec<u8> = (0..width * height)
        .flat_map(|at| [at % width * 3, at / width * 4, (at % width + at / width) * 3 / 2])
        .map(|value| u8::try_from(value.min(255)).unwrap())
        .collect();
    let fine = |factors: &&[(i32, i32); 3]| factors.iter().all(|&(across, down)| across < 3 && down < 3);
    for (factors, scale) in SAMPLINGS.iter().filter(fine).flat_map(|factors| Scale::ALL.map(|scale| (factors, scale))) {
        let bytes = encoded((width, height), factors, false, 97.0, &pixels);
        let size = Size::new(83, 61).unwrap();
        let (full, scaled) = (planes(&bytes, false).unwrap().0, planes_at(scale, &bytes, false).unwrap().0);
        for (component, (full, scaled)) in full.iter().zip(&scaled).enumerate() {
            let expected = averaged(full, size, scale.divisor());
            assert_eq!(expected.len(), scaled.len());
            let far = expected.iter().zip(scaled).map(|(a, b)| (a - f64::from(*b)).abs()).fold(0.0, f64::max);
            let step = 4.0 * f64::from(scale.divisor());
            assert!(far <= 3.0 + step / 2.0, "{far} of component {component}, {factors:?}, {scale}");
        }
    }
}
