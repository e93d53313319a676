//! Any curve of sizes, any estimates: what is found was measured and fits, nothing better lies beside it, and it costs no
//! more than is promised.

use std::collections::HashSet;

use pushpix::fuzzing::{Searched, search};

use super::figures::Figures;

pub(crate) fn run(bytes: &[u8]) {
    let mut figures = Figures::new(bytes);
    let (cap, slack) = (u64::from(figures.number()), u64::from(figures.byte()));
    let prior = f64::from(figures.number()) / 1000.0;
    let (grows, honest) = (figures.flag(), figures.flag());
    let curve = figures.file();
    if curve.is_empty() {
        return;
    }
    // Either a size for each setting, or what it is larger by than the one before.
    let mut sizes: Vec<u64> = curve.iter().map(|&byte| u64::from(byte) * 257).collect();
    if grows {
        let mut sum = 0;
        sizes = curve
            .iter()
            .map(|&byte| {
                sum += u64::from(byte);
                sum
            })
            .collect();
    }
    let garbage = |index: usize| f64::from_bits(u64::from(curve[index]) << 56 | u64::from(curve[index / 2]) << 48);
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let estimates: Vec<f64> =
        sizes.iter().enumerate().map(|(index, &size)| if honest { size as f64 } else { garbage(index) }).collect();

    let Searched { found, encoded, estimates } = search(&sizes, &estimates, cap, slack, prior);
    let size = |setting: u32| sizes[setting as usize];
    let count = u32::try_from(sizes.len()).expect("few enough");
    match found {
        Ok(best) => {
            assert!(encoded.contains(&best) && size(best) <= cap);
            let beside = best + 1;
            let proved = beside == count || encoded.contains(&beside) && size(beside) > cap;
            assert!(proved || cap - size(best) < slack, "{best} of {count} is not proved");
            if grows && cap - size(best) >= slack {
                let naive = (0..count).rev().find(|&setting| size(setting) <= cap);
                assert_eq!(naive.map(size), Some(size(best)));
            }
        }
        Err(smallest) => {
            assert!(encoded.contains(&0) && size(0) > cap, "the lowest was not tried");
            assert_eq!(encoded.iter().map(|&setting| size(setting)).min(), Some(smallest));
        }
    }
    assert_eq!(encoded.iter().collect::<HashSet<_>>().len(), encoded.len(), "a setting was encoded twice");
    assert!(encoded.len() <= 2 * count.ilog2() as usize + 7, "{} encodes of {count}", encoded.len());
    assert!(estimates <= 12);
}
