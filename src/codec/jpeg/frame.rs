//! The frame: the picture's size, its components, how they are cut into blocks, and what these become at a scale.

use super::{broken, unsupported};
use crate::error::Error;
use crate::scale::Scale;
use crate::units::Size;

/// What a frame header says, at the scale at which it is decoded.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// At this scale, as all samples are.
    pub(super) size: Size,
    pub(super) progressive: bool,
    pub(super) components: Vec<Component>,
    /// The largest sampling factors of all components.
    pub(super) most: Sampling,
    /// How many units of all components' blocks there are in a row, and rows of them.
    pub(super) units: Grid,
    /// How many pixels across, and down, a block becomes where the component has the largest factors: 8, 4, 2 or 1.
    pub(super) tile: usize,
}

/// How many samples of a component lie where the coarsest possible one has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sampling {
    pub(super) across: u8,
    pub(super) down: u8,
}

/// A width and a height, in whatever is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) across: usize,
    pub(super) down: usize,
}

/// One component of the picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Component {
    pub(super) id: u8,
    pub(super) sampling: Sampling,
    /// The number of its quantization table.
    pub(super) quantization: u8,
    /// How many samples across, and down, a block becomes: 8, 4, 2 or 1.
    pub(super) tile: usize,
    /// Its samples that are part of the picture.
    pub(super) samples: Grid,
    /// The blocks that hold these, which is what a scan of this component alone has.
    pub(super) blocks: Grid,
    /// The blocks that a scan of several components has.
    pub(super) padded: Grid,
}

impl Grid {
    /// Across times down, as far as a machine word goes.
    pub(super) const fn area(self) -> usize {
        self.across.saturating_mul(self.down)
    }
}

impl Frame {
    /// Reads the body of a frame header.
    pub(super) fn read(marker: u8, body: &[u8]) -> Result<Self, Error> {
        let &[precision, h1, h0, w1, w0, count, ref components @ ..] = body else {
            return Err(broken("the frame header is cut short"));
        };
        match precision {
            8 => {}
            12 => return Err(unsupported("a jpeg with 12 bits per sample")),
            _ => return Err(broken("the frame header has an impossible sample precision")),
        }
        let (width, height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
        if height == 0 {
            return Err(unsupported("a jpeg that gives its height after the pixels"));
        }
        let size = Size::new(width.into(), height.into()).ok_or_else(|| broken("the width is zero"))?;
        let (components, rest) = components.as_chunks::<3>();
        if components.is_empty() || components.len() != usize::from(count) || !rest.is_empty() {
            return Err(broken("the frame header does not have as many components as it says"));
        }
        let mut parts: Vec<(u8, Sampling, u8)> = components
            .iter()
            .map(|&[id, factors, table]| (id, Sampling { across: factors >> 4, down: factors & 15 }, table))
            .collect();
        let legal = |factor: u8| (1..=4).contains(&factor);
        if !parts.iter().all(|(_, sampling, _)| legal(sampling.across) && legal(sampling.down)) {
            return Err(broken("a sampling factor is not 1 to 4"));
        }
        if let [(_, sampling, _)] = &mut parts[..] {
            // A component alone is not sampled relative to anything.
            *sampling = Sampling { across: 1, down: 1 };
        }
        Ok(Self::new(size, marker == 0xc2, &parts))
    }

    fn new(size: Size, progressive: bool, parts: &[(u8, Sampling, u8)]) -> Self {
        let most = Sampling {
            across: parts.iter().map(|part| part.1.across).max().unwrap_or(1),
            down: parts.iter().map(|part| part.1.down).max().unwrap_or(1),
        };
        let (width, height) = (size.width() as usize, size.height() as usize);
        let units = Grid {
            across: width.div_ceil(8 * usize::from(most.across)),
            down: height.div_ceil(8 * usize::from(most.down)),
        };
        let component = |&(id, sampling, quantization): &(u8, Sampling, u8)| {
            let (across, down) = (usize::from(sampling.across), usize::from(sampling.down));
            let samples = samples(size, sampling, most, 8);
            Component {
                id,
                sampling,
                quantization,
                tile: 8,
                samples,
                blocks: Grid { across: samples.across.div_ceil(8), down: samples.down.div_ceil(8) },
                padded: Grid { across: units.across * across, down: units.down * down },
            }
        };
        Self { size, progressive, components: parts.iter().map(component).collect(), most, units, tile: 8 }
    }

    /// A frame at full size, at another scale: its blocks become smaller tiles.
    ///
    /// A component of fewer samples need not be scaled as far, and then lacks none any more: of 4:2:0 at a half, a
    /// block of chroma becomes 8x8 samples where one of luma becomes 4x4.
    pub(super) fn at(&self, scale: Scale) -> Self {
        let tile = 8 / scale.divisor() as usize;
        let lacks =
            |factor: u8, most: u8, own: usize| (usize::from(most) * tile).is_multiple_of(2 * usize::from(factor) * own);
        let component = |component: &Component| {
            let Sampling { across, down } = component.sampling;
            let mut own = tile;
            while own < 8 && lacks(across, self.most.across, own) && lacks(down, self.most.down, own) {
                own *= 2;
            }
            Component { tile: own, samples: samples(self.size, component.sampling, self.most, own), ..*component }
        };
        Self {
            size: scale.of(self.size),
            components: self.components.iter().map(component).collect(),
            tile,
            ..self.clone()
        }
    }
}

/// The samples of a component of a picture of this full size, where a block becomes `tile` of them across and down.
fn samples(size: Size, sampling: Sampling, most: Sampling, tile: usize) -> Grid {
    let part =
        |side: u32, factor: u8, most: u8| (side as usize * usize::from(factor) * tile).div_ceil(8 * usize::from(most));
    Grid {
        across: part(size.width(), sampling.across, most.across),
        down: part(size.height(), sampling.down, most.down),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(width: u8, height: u8, factors: &[u8]) -> Frame {
        let count = u8::try_from(factors.len()).unwrap();
        let mut body = vec![8, 0, height, 0, width, count];
        body.extend((1..).zip(factors).flat_map(|(id, &factor)| [id, factor, 0]));
        Frame::read(0xc0, &body).unwrap()
    }

    #[test]
    fn blocks_cover_the_samples_and_units_the_blocks() {
        let frame = frame(17, 33, &[0x22, 0x11, 0x21]);
        assert_eq!(frame.units, Grid { across: 2, down: 3 });
        let [luma, quarter, half] = frame.components[..] else { panic!() };
        assert_eq!(luma.blocks, Grid { across: 3, down: 5 });
        assert_eq!(luma.padded, Grid { across: 4, down: 6 });
        assert_eq!(quarter.samples, Grid { across: 9, down: 17 });
        assert_eq!(quarter.blocks, Grid { across: 2, down: 3 });
        assert_eq!(half.samples, Grid { across: 17, down: 17 });
        assert_eq!(half.padded, Grid { across: 4, down: 3 });
    }

    #[test]
    fn a_component_of_fewer_samples_is_scaled_less_far() {
        let tiles = |factors: &[u8], scale| {
            let frame = frame(17, 33, factors).at(scale);
            (frame.tile, frame.components.iter().map(|component| component.tile).collect::<Vec<_>>())
        };
        assert_eq!(tiles(&[0x22, 0x11, 0x21], Scale::Full), (8, vec![8, 8, 8]));
        assert_eq!(tiles(&[0x22, 0x11, 0x21], Scale::Half), (4, vec![4, 8, 4]), "a tile is as high as it is wide");
        assert_eq!(tiles(&[0x44, 0x11, 0x22], Scale::Quarter), (2, vec![2, 8, 4]));
        assert_eq!(tiles(&[0x31, 0x11, 0x11], Scale::Eighth), (1, vec![1, 1, 1]), "three is not twice something");

        let quarter = frame(17, 33, &[0x22, 0x11, 0x21]).at(Scale::Quarter);
        assert_eq!(quarter.size, Size::new(5, 9).unwrap());
        let samples: Vec<Grid> = quarter.components.iter().map(|component| component.samples).collect();
        let grid = |across, down| Grid { across, down };
        assert_eq!(samples, [grid(5, 9), grid(5, 9), grid(5, 5)]);
    }

    #[test]
    fn a_component_alone_is_in_plain_rows_of_blocks() {
        let frame = frame(24, 16, &[0x22]);
        assert_eq!(frame.units, Grid { across: 3, down: 2 });
        assert_eq!(frame.components[0].blocks, frame.components[0].padded);
    }
}
