//! Any bytes, any spec, any options: what comes out has the canvas, the padding and the format that the spec says, is
//! within the cap and complies; or it is a typed error.

use std::fmt::Write;

use pushpix::{Adapted, Adapter, AlphaRule, Canvas, Catalog, Error, Format, Light, Quality, Rgb8, Spec, Upscale};

use super::figures::Figures;

pub(crate) fn run(bytes: &[u8]) {
    let mut figures = Figures::new(bytes);
    let Some(spec) = spec(&mut figures) else { return };
    let adapter = adapter(&mut figures);
    let file = figures.file();
    match adapter.adapt(file, &spec) {
        Ok(out) => check(&out, &spec),
        Err(Error::Encode { what, source, .. }) => panic!("{what}: {source}"),
        Err(Error::OverBudget { max_bytes, smallest, attempts, .. }) => {
            assert!(smallest > max_bytes && attempts > 0);
        }
        Err(error) => assert!(error.kind() != "io", "{error}"),
    }
}

/// A row of a table, read as a user's would be. Not every one makes sense.
fn spec(figures: &mut Figures<'_>) -> Option<Spec> {
    let rule = figures.one_of(&["exact", "exact", "recommended", "at-most", "any"]);
    let mut row = format!("[[spec]]\nid = \"fuzz/large-image\"\nrule = \"{rule}\"\n");
    let mut put = |line: std::fmt::Arguments<'_>| row.write_fmt(line).expect("a string takes all");
    if rule != "any" {
        put(format_args!("canvas = \"{}x{}\"\n", figures.byte(), figures.byte()));
    }
    if figures.flag() {
        put(format_args!("max_area = {}\n", figures.number()));
    }
    if figures.flag() {
        put(format_args!("max_bytes = {}\ninclusive = {}\n", figures.number(), figures.flag()));
    }
    let formats = figures.one_of(&["\"jpeg\"", "\"png\"", "\"jpeg\", \"png\"", "\"png\", \"jpeg\""]);
    put(format_args!("formats = [{formats}]\n"));
    if let Some(alpha) = figures.one_of(&[None, None, Some("white-on-transparent"), Some("one-colour-on-transparent")])
    {
        put(format_args!("alpha = \"{alpha}\"\n"));
    }
    let flatten = figures.flag();
    let catalog = Catalog::from_toml(&row).ok()?;
    let spec = catalog.iter().next()?.clone();
    Some(if flatten { spec.with_alpha(AlphaRule::Flatten) } else { spec })
}

fn adapter(figures: &mut Figures<'_>) -> Adapter {
    let mut adapter = super::adapter().with_lenient(figures.flag()).with_keep_metadata(figures.flag());
    if figures.flag() {
        adapter = adapter.with_background(Rgb8::new(figures.byte(), figures.byte(), figures.byte()));
    }
    if figures.flag() {
        adapter = adapter.with_upscale(Upscale::Never);
    }
    if figures.flag() {
        adapter = adapter.with_light(Light::Linear);
    }
    if let Some(quality) = Quality::new(f32::from(figures.byte())) {
        adapter = adapter.with_min_quality(quality);
    }
    adapter
}

fn check(out: &Adapted, spec: &Spec) {
    let (report, placement) = (&out.report, out.report.placement);
    let seen = pushpix::probe(&out.bytes).expect("our own output can be read");
    assert_eq!(seen.size(), placement.canvas());
    let source = report.source.size();
    if let Some(Canvas::Exact(canvas) | Canvas::Recommended(canvas)) = spec.canvas {
        assert_eq!(placement.canvas(), canvas);
    }
    assert!(spec.max_area.is_none_or(|most| placement.canvas().area() <= most));
    assert!(spec.formats.contains(&report.format) && seen.format == report.format);
    let len = out.bytes.len() as u64;
    assert!(spec.cap.is_none_or(|cap| len <= cap.largest().as_u64()), "{len} bytes for {:?}", spec.cap);
    assert_eq!(report.bytes.as_u64(), len);

    // All of the picture is there, in proportion: of two sides that are nearest to those of the other, one is exact.
    let (scaled, canvas) = (placement.scaled(), placement.canvas());
    assert!(placement.x() + scaled.width() <= canvas.width() && placement.y() + scaled.height() <= canvas.height());
    let exact = |to: u32, from: u32, other_to: u32, other_from: u32| {
        (u64::from(to) * u64::from(other_from)).abs_diff(u64::from(other_to) * u64::from(from))
            <= u64::from(other_from).max(u64::from(from))
    };
    let shrunk = report.warnings.iter().any(|warning| warning.code() == "shrunk");
    let thin = scaled.width() == 1 || scaled.height() == 1;
    let in_proportion = exact(scaled.width(), source.width(), scaled.height(), source.height());
    assert!(in_proportion || shrunk || thin, "{source} became {scaled}");

    let verdict = pushpix::verify(&out.bytes, spec);
    assert!(verdict.complies(), "{verdict}");
    if !report.passthrough && report.format == Format::Png {
        padding_is_of_one_colour(out);
    }
}

/// In a PNG nothing blurs: whatever is around the picture is one colour, or with a palette one of the ground's.
fn padding_is_of_one_colour(out: &Adapted) {
    let (placement, picture) =
        (out.report.placement, image::load_from_memory(&out.bytes).expect("it is a png").to_rgba8());
    let (left, top) = (placement.x(), placement.y());
    let (right, bottom) = (left + placement.scaled().width(), top + placement.scaled().height());
    let outside = |x: u32, y: u32| x < left || x >= right || y < top || y >= bottom;
    let mut around = picture.enumerate_pixels().filter(|&(x, y, _)| outside(x, y)).map(|(.., pixel)| pixel.0);
    if let Some(first) = around.next() {
        assert!(around.all(|pixel| pixel == first));
        assert!(first[3] == 0 || first[3] == 255);
    }
}
