//! The colour of a palette that is nearest to a point, exactly and without looking at all of them.

use super::space::{Point, distance, point};

/// A palette, ordered for the search.
#[derive(Debug)]
pub(super) struct Nearest {
    /// The colours in the order of their brightness, with their place in the palette.
    all: Vec<(Point, u8)>,
    opaque: Vec<(Point, u8)>,
}

impl Nearest {
    /// Takes a palette of at most 256 colours.
    pub(super) fn new(colours: &[[u8; 4]]) -> Self {
        let numbered = || (0_u8..=255).zip(colours);
        let ordered = |opaque: bool| {
            let wanted = |colour: &[u8; 4]| !opaque || colour[3] == 255;
            let mut list: Vec<(Point, u8)> = numbered()
                .filter(|(_, colour)| wanted(colour))
                .map(|(index, colour)| (point(*colour), index))
                .collect();
            list.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]).then(a.1.cmp(&b.1)));
            list
        };
        Self { all: ordered(false), opaque: ordered(true) }
    }

    /// The place in the palette of the colour nearest to `point`; an opaque one, if it must be.
    pub(super) fn to(&self, point: Point, opaque: bool) -> u8 {
        let list = if opaque { &self.opaque } else { &self.all };
        let start = list.partition_point(|(candidate, _)| candidate[0] < point[0]);
        let (mut best, mut found) = (f32::INFINITY, 0);
        let mut try_one = |(candidate, index): (Point, u8)| {
            let light = candidate[0] - point[0];
            if light * light > best {
                return false;
            }
            let distance = distance(candidate, point);
            if distance < best {
                (best, found) = (distance, index);
            }
            true
        };
        // Outwards from the same brightness, both ways in turn.
        let (mut up, mut down) = (list[start..].iter(), list[..start].iter().rev());
        let (mut more_up, mut more_down) = (true, true);
        while more_up || more_down {
            more_up = more_up && up.next().is_some_and(|entry| try_one(*entry));
            more_down = more_down && down.next().is_some_and(|entry| try_one(*entry));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_found_is_what_looking_at_all_finds(
            colours in prop::collection::vec(any::<[u8; 4]>(), 1..=256),
            wanted in any::<[u8; 4]>(),
        ) {
            let to = point(wanted);
            let least = colours.iter().map(|colour| distance(point(*colour), to)).fold(f32::INFINITY, f32::min);
            let found = Nearest::new(&colours).to(to, false);
            prop_assert!(distance(point(colours[usize::from(found)]), to) <= least);
        }
    }
}
