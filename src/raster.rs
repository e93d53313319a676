//! The one pixel buffer: 8-bit sRGB, rows from the top, RGB or straight-alpha RGBA. It knows no codec and no resizer.

use crate::units::{Rgb8, Size};

/// What a pixel of a [`Raster`] consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channels {
    Rgb,
    Rgba,
}

impl Channels {
    /// Bytes of one pixel.
    pub(crate) const fn count(self) -> usize {
        match self {
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// A picture in memory: 8-bit sRGB, interleaved, no padding between rows; alpha is straight, not premultiplied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raster {
    size: Size,
    channels: Channels,
    pixels: Vec<u8>,
}

/// Bytes of a picture of `size`, or `None` where a `usize` cannot say it.
fn byte_len(size: Size, channels: Channels) -> Option<usize> {
    usize::try_from(size.area()).ok()?.checked_mul(channels.count())
}

impl Raster {
    /// A picture of these pixels; `None` unless there are exactly as many bytes as `size` and `channels` ask for.
    pub(crate) fn new(size: Size, channels: Channels, pixels: Vec<u8>) -> Option<Self> {
        (byte_len(size, channels) == Some(pixels.len())).then_some(Self { size, channels, pixels })
    }

    /// A picture of one colour, opaque if it has alpha.
    pub(crate) fn filled(size: Size, channels: Channels, colour: Rgb8) -> Self {
        let pixel = &[colour.r, colour.g, colour.b, 255][..channels.count()];
        Self { size, channels, pixels: pixel.repeat(byte_len(size, channels).unwrap_or(0) / channels.count()) }
    }

    /// A picture of zeros: black, or transparent where it has alpha.
    pub(crate) fn zeroed(size: Size, channels: Channels) -> Self {
        Self { size, channels, pixels: vec![0; byte_len(size, channels).unwrap_or(0)] }
    }

    /// The same, where [`with_alpha`](Self::with_alpha) takes no more memory.
    pub(crate) fn zeroed_with_room_for_alpha(size: Size, channels: Channels) -> Self {
        let mut picture = Self::zeroed(size, Channels::Rgba);
        picture.channels = channels;
        picture.pixels.truncate(byte_len(size, channels).unwrap_or(0));
        picture
    }

    pub(crate) const fn size(&self) -> Size {
        self.size
    }

    pub(crate) const fn channels(&self) -> Channels {
        self.channels
    }

    pub(crate) fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    pub(crate) fn pixels_mut(&mut self) -> &mut [u8] {
        &mut self.pixels
    }

    pub(crate) fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }

    /// Whether every pixel is fully opaque.
    pub(crate) fn is_opaque(&self) -> bool {
        match self.channels {
            Channels::Rgb => true,
            Channels::Rgba => self.pixels.as_chunks::<4>().0.iter().all(|pixel| pixel[3] == 255),
        }
    }

    /// The picture with an alpha channel: where it had none, it is opaque. Done in place, so that a large picture is in
    /// memory once.
    pub(crate) fn with_alpha(mut self) -> Self {
        if self.channels == Channels::Rgba {
            return self;
        }
        let count = self.pixels.len() / 3;
        self.pixels.resize(4 * count, 255);
        for index in (0..count).rev() {
            let [r, g, b] = [0, 1, 2].map(|channel| self.pixels[3 * index + channel]);
            self.pixels[4 * index..4 * index + 4].copy_from_slice(&[r, g, b, 255]);
        }
        self.channels = Channels::Rgba;
        self
    }

    /// The picture laid on `matte`: no alpha is left. Done in place, so that a large picture is in memory once.
    pub(crate) fn flattened(mut self, matte: Rgb8) -> Self {
        if self.channels == Channels::Rgb {
            return self;
        }
        let count = self.pixels.len() / 4;
        for index in 0..count {
            let alpha = self.pixels[4 * index + 3];
            for (channel, below) in [matte.r, matte.g, matte.b].into_iter().enumerate() {
                self.pixels[3 * index + channel] = over(self.pixels[4 * index + channel], alpha, below);
            }
        }
        self.pixels.truncate(3 * count);
        self.channels = Channels::Rgb;
        self
    }

    /// The part of this size whose top left corner lies there. It must be within the picture.
    pub(crate) fn part(&self, x: u32, y: u32, size: Size) -> Self {
        let pixel = self.channels.count();
        let line = self.size.width() as usize * pixel;
        let (left, narrow) = (x as usize * pixel, size.width() as usize * pixel);
        let rows = self.pixels.chunks_exact(line).skip(y as usize).take(size.height() as usize);
        let mut pixels = Vec::with_capacity(narrow * size.height() as usize);
        rows.for_each(|row| pixels.extend_from_slice(&row[left..left + narrow]));
        Self { size, channels: self.channels, pixels }
    }

    /// Copies `picture`, which has the same channels, to where its top left corner is to lie. It must fit there.
    pub(crate) fn put(&mut self, picture: &Self, x: u32, y: u32) {
        let row = |raster: &Self| raster.size.width() as usize * raster.channels.count();
        let (wide, narrow) = (row(self), row(picture));
        let start = x as usize * self.channels.count();
        let rows = self.pixels.chunks_exact_mut(wide).skip(y as usize);
        for (to, from) in rows.zip(picture.pixels.chunks_exact(narrow)) {
            to[start..start + narrow].copy_from_slice(from);
        }
    }
}

/// `value` at this opacity over `below`, rounded to the nearest.
fn over(value: u8, alpha: u8, below: u8) -> u8 {
    let (value, alpha, below) = (u32::from(value), u32::from(alpha), u32::from(below));
    let sum = value * alpha + below * (255 - alpha);
    #[expect(clippy::cast_possible_truncation, reason = "a weighted mean of two bytes")]
    let mean = ((sum + 127) / 255) as u8;
    mean
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "whole numbers held by floats")]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_bytes_must_be_right() {
        let size = Size::new(2, 3).unwrap();
        assert!(Raster::new(size, Channels::Rgb, vec![0; 18]).is_some());
        assert!(Raster::new(size, Channels::Rgb, vec![0; 24]).is_none());
        assert_eq!(Raster::filled(size, Channels::Rgb, Rgb8::new(1, 2, 3)).pixels()[15..], [1, 2, 3]);
    }

    #[test]
    fn a_picture_is_put_where_it_is_to_lie() {
        let mut canvas = Raster::filled(Size::new(4, 3).unwrap(), Channels::Rgb, Rgb8::WHITE);
        canvas.put(&Raster::filled(Size::new(2, 1).unwrap(), Channels::Rgb, Rgb8::BLACK), 1, 2);
        let dark: Vec<usize> = (0..12).filter(|index| canvas.pixels()[index * 3] == 0).collect();
        assert_eq!(dark, [9, 10]);
    }

    #[test]
    fn an_alpha_channel_is_added_in_place() {
        let rgb: Vec<u8> = (0..30).collect();
        let with = Raster::new(Size::new(10, 1).unwrap(), Channels::Rgb, rgb.clone()).unwrap().with_alpha();
        let expected: Vec<u8> = rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
        assert_eq!((with.channels(), with.pixels()), (Channels::Rgba, &expected[..]));
    }

    #[test]
    fn flattening_is_the_weighted_mean_rounded() {
        let size = Size::new(256, 1).unwrap();
        let ramp: Vec<u8> = (0..=255).flat_map(|alpha| [200, 0, 255, alpha]).collect();
        let flat = Raster::new(size, Channels::Rgba, ramp).unwrap().flattened(Rgb8::new(100, 255, 255));
        for (alpha, pixel) in (0_u8..=255).zip(flat.pixels().chunks_exact(3)) {
            let share = f64::from(alpha) / 255.0;
            assert_eq!(f64::from(pixel[0]), (200.0 * share + 100.0 * (1.0 - share)).round());
            assert_eq!(f64::from(pixel[1]), (255.0 * (1.0 - share)).round());
            assert_eq!(pixel[2], 255);
        }
    }
}
