//! The best Huffman code for the symbols of a scan, and what it costs.

/// How often each symbol occurs.
#[derive(Debug, Clone)]
pub(super) struct Counts(pub(super) [u32; 256]);

impl Default for Counts {
    fn default() -> Self {
        Self([0; 256])
    }
}

/// A code: for every symbol that occurs its bits and their number.
#[derive(Debug)]
pub(super) struct Code {
    /// By symbol: the bits, and how many there are; none where the symbol does not occur.
    words: [(u16, u8); 256],
    /// How many codes there are of 1 to 16 bits.
    pub(super) lengths: [u8; 16],
    /// What the codes stand for, the shortest first.
    pub(super) symbols: Vec<u8>,
}

impl Code {
    /// The shortest code for these counts with no word longer than 16 bits and none of ones alone (ITU-T T.81, K.2).
    pub(super) fn shortest(counts: &Counts) -> Self {
        // By length, how many codes; one symbol more than there are keeps the word of ones free.
        let mut of_length = [0_u32; 64];
        // The rarest first; among equals the higher symbol, and the one that is not there before all.
        let mut rarest: Vec<(u32, usize)> = vec![(1, 256)];
        rarest.extend(counts.0.iter().enumerate().rev().filter(|(_, count)| **count > 0).map(|(s, &count)| (count, s)));
        rarest[1..].sort_by_key(|&(count, _)| count);
        for depth in depths(&rarest) {
            of_length[depth.min(63)] += 1;
        }
        // A pair of words too long: one takes the place of both, the other makes a pair with the longest short enough.
        for length in (17..64).rev() {
            while of_length[length] > 0 {
                let Some(shorter) = (1..length - 1).rev().find(|&shorter| of_length[shorter] > 0) else { break };
                of_length[length] -= 2;
                of_length[length - 1] += 1;
                of_length[shorter + 1] += 2;
                of_length[shorter] -= 1;
            }
        }
        if let Some(longest) = (1..17).rev().find(|&length| of_length[length] > 0) {
            of_length[longest] -= 1;
        }

        let mut code = Self { words: [(0, 0); 256], lengths: [0; 16], symbols: Vec::with_capacity(rarest.len()) };
        code.symbols.extend(rarest.iter().rev().filter_map(|&(_, symbol)| u8::try_from(symbol).ok()));
        let mut symbols = code.symbols.iter();
        let mut word = 0_u16;
        for length in 1..=16_u8 {
            let count = of_length[usize::from(length)];
            code.lengths[usize::from(length) - 1] = u8::try_from(count).unwrap_or(u8::MAX);
            for &symbol in symbols.by_ref().take(count as usize) {
                code.words[usize::from(symbol)] = (word, length);
                word = word.wrapping_add(1);
            }
            word <<= 1;
        }
        code
    }

    /// The word of a symbol and its length; 0 bits where it was not counted.
    #[inline(always)]
    pub(super) fn word(&self, symbol: u8) -> (u16, u8) {
        self.words[usize::from(symbol)]
    }

    /// Bytes of the code in a segment.
    pub(super) fn table_len(&self) -> u64 {
        17 + self.symbols.len() as u64
    }

    /// Bits of all the words for these counts.
    pub(super) fn bits(&self, counts: &Counts) -> u64 {
        counts.0.iter().zip(&self.words).map(|(&count, &(_, length))| u64::from(count) * u64::from(length)).sum()
    }
}

/// How deep each of these lies in the tree that joins the two rarest again and again. The rarest come first.
fn depths(rarest: &[(u32, usize)]) -> Vec<usize> {
    // The leaves, then the nodes as they are made, which are ever heavier: two queues, whose fronts are the rarest.
    let leaves = rarest.len();
    let mut weights: Vec<u64> = rarest.iter().map(|&(count, _)| count.into()).collect();
    let mut parents = vec![0; leaves];
    let (mut leaf, mut node) = (0, leaves);
    for made in leaves..2 * leaves - 1 {
        let mut weight = 0;
        for _ in 0..2 {
            let take =
                if leaf < leaves && (node >= made || weights[leaf] <= weights[node]) { &mut leaf } else { &mut node };
            weight += weights[*take];
            parents[*take] = made;
            *take += 1;
        }
        weights.push(weight);
        parents.push(0);
    }
    let mut depths = vec![0; parents.len()];
    for at in (0..parents.len() - 1).rev() {
        depths[at] = depths[parents[at]] + 1;
    }
    // A symbol alone still needs a bit.
    depths.truncate(leaves);
    depths
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(pairs: &[(u8, u32)]) -> Counts {
        let mut counts = Counts::default();
        for &(symbol, count) in pairs {
            counts.0[usize::from(symbol)] += count;
        }
        counts
    }

    #[test]
    fn one_symbol_has_one_bit() {
        let code = Code::shortest(&counted(&[(5, 100)]));
        assert_eq!((code.word(5), code.word(6)), ((0, 1), (0, 0)));
        assert_eq!(code.table_len(), 18);
    }

    #[test]
    fn no_symbol_has_none() {
        assert!(Code::shortest(&Counts::default()).symbols.is_empty());
    }

    #[test]
    fn counts_like_fibonacci_s_stay_within_sixteen_bits() {
        let (mut a, mut b) = (1, 1);
        let pairs: Vec<(u8, u32)> = (0..40)
            .map(|symbol| {
                (a, b) = (b, a + b);
                (symbol, a)
            })
            .collect();
        let code = Code::shortest(&counted(&pairs));
        assert_eq!(code.symbols.len(), 40);
        assert!((0..40).all(|symbol| (1..=16).contains(&code.word(symbol).1)));
    }

    proptest! {
        #[test]
        fn a_code_is_a_prefix_code_near_the_entropy(
            pairs in prop::collection::vec((any::<u8>(), 1_u32..100_000), 1..256),
        ) {
            let counts = counted(&pairs);
            let code = Code::shortest(&counts);
            let words: Vec<(u16, u8)> =
                (0..=255).filter(|&symbol| counts.0[usize::from(symbol)] > 0).map(|symbol| code.word(symbol)).collect();
            prop_assert_eq!(code.lengths.iter().map(|&count| usize::from(count)).sum::<usize>(), code.symbols.len());
            // Kraft's sum, with room for the word of ones.
            let sum: f64 = words.iter().map(|&(_, length)| 0.5_f64.powi(length.into())).sum();
            prop_assert!(sum < 1.0);
            for (at, &(word, length)) in words.iter().enumerate() {
                prop_assert!((1..=16).contains(&length));
                prop_assert!(u32::from(word) + 1 < 1 << length, "a word of ones");
                for &(other, longer) in words[at + 1..].iter().chain(&words[..at]) {
                    prop_assert!(longer < length || other >> (longer - length) != word, "a word begins another");
                }
            }
            let total: f64 = counts.0.iter().map(|&count| f64::from(count)).sum();
            let entropy: f64 = counts.0.iter().filter(|count| **count > 0)
                .map(|&count| f64::from(count) * (total / f64::from(count)).log2()).sum();
            let bits = code.bits(&counts) as f64;
            prop_assert!(bits >= entropy - 1e-6 && bits <= entropy + total + 16.0);
        }
    }
}
