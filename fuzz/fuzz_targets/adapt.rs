//! Any bytes, any canvas, any cap: what comes out has the canvas, is within the cap and complies, or it is a typed error.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pushpix::{AlphaRule, ByteSize, Error, Format, Rgb8, Size, Spec, Upscale};

fuzz_target!(init: pushpix_fuzz::contained_panics_are_errors(), |bytes: &[u8]| {
    // The last bytes are the request as well: what follows a picture's end is its to say, and any file is a seed.
    let Some(&[.., width, height, cap_high, cap_low, red, flags]) = bytes.last_chunk::<6>() else { return };
    let max_bytes = (flags & 1 == 0).then(|| u16::from_be_bytes([cap_high, cap_low]));
    let (flatten, upscale, background) = (flags & 2 != 0, flags & 4 != 0, flags & 8 != 0);
    let Some(canvas) = Size::new(width.into(), height.into()) else { return };
    let formats: &[Format] = match flags >> 4 & 3 {
        0 => &[Format::Jpeg],
        1 => &[Format::Png],
        _ => &[Format::Jpeg, Format::Png],
    };
    let mut spec = Spec::custom(canvas).with_formats(formats.iter().copied());
    if let Some(max_bytes) = max_bytes {
        spec = spec.with_max_bytes(ByteSize::new(max_bytes.into()));
    }
    if flatten {
        spec = spec.with_alpha(AlphaRule::Flatten);
    }
    let mut adapter = pushpix_fuzz::adapter().with_lenient(flags & 64 != 0).with_keep_metadata(flags & 128 != 0);
    if background {
        adapter = adapter.with_background(Rgb8::new(red, cap_low, height));
    }
    if !upscale {
        adapter = adapter.with_upscale(Upscale::Never);
    }

    match adapter.adapt(bytes, &spec) {
        Ok(out) => {
            let seen = pushpix::probe(&out.bytes).expect("our own output can be read");
            assert_eq!(seen.size(), canvas);
            assert!(formats.contains(&seen.format));
            assert!(max_bytes.is_none_or(|max_bytes| out.bytes.len() <= max_bytes.into()));
            let verdict = pushpix::verify(&out.bytes, &spec);
            assert!(verdict.complies(), "{verdict}");
        }
        Err(Error::Encode { what, source, .. }) => panic!("{what}: {source}"),
        Err(Error::OverBudget { max_bytes, smallest, .. }) => assert!(smallest > max_bytes),
        Err(_) => {}
    }
});
