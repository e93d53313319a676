//! Any small picture in any number of colours: a palette that a PNG can have, opaque pixels opaque and clear ones clear, and a
//! file that shows exactly what the palette says.

use pushpix::fuzzing::reduced;
use pushpix::{Rgb8, Size};

use super::figures::Figures;

pub(crate) fn run(bytes: &[u8]) {
    let mut figures = Figures::new(bytes);
    let width = u32::from(figures.byte() % 64) + 1;
    let dither = figures.byte() % 101;
    let slack = f32::from(figures.byte()) / 100_000.0;
    let wanted = figures.byte();
    let padding = figures.flag().then(|| Rgb8::new(figures.byte(), figures.byte(), figures.byte()));
    let alpha = figures.flag();
    let data = figures.file();
    let colours: Vec<[u8; 4]> = if alpha {
        data.as_chunks::<4>().0.to_vec()
    } else {
        data.as_chunks::<3>().0.iter().map(|&[r, g, b]| [r, g, b, 255]).collect()
    };
    let height = u32::try_from(colours.len()).expect("few enough") / width;
    let Some(size) = Size::new(width, height) else { return };
    let pixels = &colours[..(width * height) as usize];

    let mut range = (0, 0);
    let choose = |fewest: u16, most: u16| {
        range = (fewest, most);
        fewest + u16::from(wanted) % (most - fewest + 1)
    };
    let made = reduced(size, pixels.as_flattened().to_vec(), padding, (dither, slack), choose);
    let made = made.expect("there are enough pixels").expect("a picture of our own can be written");
    assert!(1 <= range.0 && range.0 <= range.1 && range.1 <= 256, "{range:?}");
    assert!(made.colours.len() <= usize::from(range.1));
    let shown: Vec<[u8; 4]> = made.indices.iter().map(|&index| made.colours[usize::from(index)]).collect();
    assert_eq!(shown.len(), pixels.len());
    assert!(made.difference.is_finite() && made.difference >= 0.0);
    let ground = padding.map(|colour| [colour.r, colour.g, colour.b, 255]);
    for (before, after) in pixels.iter().zip(&shown) {
        assert!(before[3] != 255 || after[3] == 255, "{before:?} became {after:?}");
        assert!(before[3] != 0 || after[3] == 0, "{before:?} became {after:?}");
        assert!(ground != Some(*before) || after == before, "the padding became {after:?}");
    }

    // Read by a decoder other than ours.
    let read = image::load_from_memory_with_format(&made.png, image::ImageFormat::Png).expect("it is a png").to_rgba8();
    assert_eq!((read.width(), read.height()), (width, height));
    for (pixel, shown) in read.pixels().zip(&shown) {
        assert!(pixel.0 == *shown || pixel.0[3] == 0 && shown[3] == 0);
    }
}
