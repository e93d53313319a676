//! The search for the highest setting whose size fits a cap. It knows neither pixels nor codecs: a closure turns a
//! setting into bytes, and what is returned was measured, never estimated.

use std::ops::RangeInclusive;

/// What the search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found<T> {
    /// The best output that fits. Its setting is the highest of the range, or the next one was seen not to fit.
    Fits(T),
    /// Not even the lowest setting fits; the smallest size seen, in bytes.
    Over(u64),
}

/// A setting that was tried, and the logarithm of the size it gave.
#[derive(Debug, Clone, Copy)]
struct Probe {
    setting: u32,
    log_size: f64,
}

/// How much the logarithm of a JPEG's size grows with a step of its quality, as a first guess:
/// measured between qualities 40 and 95 it is 0.02 to 0.07.
const TYPICAL_SLOPE: f64 = 0.035;

/// Finds the highest setting in `settings` whose output takes at most `cap` bytes.
///
/// `attempt` makes the output of a setting and tells its length in bytes; its errors end the search.
///
/// # Guarantees
///
/// An output that does not fit is never returned. Where sizes grow with the setting, the answer is that of trying
/// every setting. Where they do not, the answer fits and the setting above it does not.
///
/// # Cost
///
/// One attempt where the highest setting fits; else about five of a hundred settings, and never more than
/// `2 * log2(n) + 3` of n: an interpolation that does not halve the bracket is followed by a bisection.
pub(crate) fn highest_fitting<T, E>(
    settings: RangeInclusive<u32>,
    cap: u64,
    mut attempt: impl FnMut(u32) -> Result<(T, u64), E>,
) -> Result<Found<T>, E> {
    let (lowest, highest) = settings.into_inner();
    let (output, size) = attempt(highest)?;
    if size <= cap {
        return Ok(Found::Fits(output));
    }

    let target = log(cap);
    let mut smallest = size;
    let mut best: Option<(T, Probe)> = None;
    let mut over = Probe { setting: highest, log_size: log(size) };
    let mut bisect = false;
    loop {
        // The answer lies in `low..over.setting`; `low` itself is known to fit, or is the floor and unknown.
        let low = best.as_ref().map_or(lowest, |(_, fits)| fits.setting + 1);
        if low >= over.setting {
            break;
        }
        let width = over.setting - low;
        let setting = if bisect {
            low + width / 2
        } else {
            let guess = interpolate(best.as_ref().map(|(_, fits)| *fits), over, target);
            guess.clamp(low, over.setting - 1)
        };
        let (output, size) = attempt(setting)?;
        smallest = smallest.min(size);
        let probe = Probe { setting, log_size: log(size) };
        let left = if size <= cap {
            best = Some((output, probe));
            over.setting - (setting + 1)
        } else {
            over = probe;
            setting - low
        };
        bisect = left > width / 2;
    }
    Ok(match best {
        Some((output, _)) => Found::Fits(output),
        None => Found::Over(smallest),
    })
}

/// The setting at which a straight line through the two probes meets `target`; with one probe, the typical line.
fn interpolate(fits: Option<Probe>, over: Probe, target: f64) -> u32 {
    let measured = fits.map(|fits| (over.log_size - fits.log_size) / f64::from(over.setting - fits.setting));
    let slope = measured.filter(|slope| *slope > 0.0).unwrap_or(TYPICAL_SLOPE);
    let steps = ((over.log_size - target) / slope).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
    over.setting.saturating_sub(steps.max(1.0) as u32)
}

/// The natural logarithm to within 0.01, by a parabola between powers of two. That of the standard library may differ
/// in its last bit from system to system, and with it the path of a search.
fn log(size: u64) -> f64 {
    let size = size.max(1);
    let exponent = size.ilog2();
    #[expect(clippy::cast_precision_loss, reason = "an estimate needs no more than 53 bits")]
    let fraction = size as f64 / (1_u64 << exponent) as f64 - 1.0;
    (f64::from(exponent) + fraction + 0.3466 * fraction * (1.0 - fraction)) * std::f64::consts::LN_2
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a made-up size curve")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Runs the search over a table of sizes and returns the setting found and the settings tried.
    fn search(sizes: &[u64], cap: u64) -> (Found<u32>, Vec<u32>) {
        let mut tried = Vec::new();
        let last = u32::try_from(sizes.len()).unwrap() - 1;
        let found = highest_fitting(0..=last, cap, |setting| {
            tried.push(setting);
            Ok::<_, ()>((setting, sizes[setting as usize]))
        });
        (found.unwrap(), tried)
    }

    /// The naive twin: tries every setting from the top.
    fn scan(sizes: &[u64], cap: u64) -> Option<u32> {
        (0..sizes.len()).rev().find(|&setting| sizes[setting] <= cap).map(|setting| u32::try_from(setting).unwrap())
    }

    fn attempts_allowed(settings: usize) -> usize {
        2 * (settings.ilog2() as usize + 1) + 3
    }

    #[test]
    fn the_ceiling_costs_one_attempt() {
        let (found, tried) = search(&[10, 20, 30], 30);
        assert_eq!((found, tried), (Found::Fits(2), vec![2]));
    }

    #[test]
    fn a_jpeg_like_curve_takes_few_attempts() {
        let sizes: Vec<u64> = (20..=95).map(|quality| (9000.0 * (0.035 * f64::from(quality)).exp()) as u64).collect();
        for cap in (sizes[0]..sizes[75]).step_by(997) {
            let (found, tried) = search(&sizes, cap);
            assert_eq!(Found::Fits(scan(&sizes, cap).unwrap()), found);
            assert!(tried.len() <= 6, "{} attempts at {cap}", tried.len());
        }
    }

    #[test]
    fn the_logarithm_is_near_enough() {
        for size in (1..5000).chain([u64::from(u32::MAX), u64::MAX]) {
            assert!((log(size) - (size as f64).ln()).abs() < 0.01, "{size}");
        }
    }

    #[test]
    fn an_attempt_that_fails_ends_the_search() {
        assert_eq!(highest_fitting::<(), _>(0..=9, 5, |_| Err("no")), Err("no"));
    }

    proptest! {
        #[test]
        fn growing_sizes_give_the_exhaustive_answer(
            mut sizes in prop::collection::vec(1_u64..1_000_000, 1..120),
            cap in 0_u64..1_000_000,
        ) {
            sizes.sort_unstable();
            let (found, tried) = search(&sizes, cap);
            match scan(&sizes, cap) {
                Some(setting) => prop_assert_eq!(found, Found::Fits(setting)),
                None => prop_assert_eq!(found, Found::Over(sizes[0])),
            }
            prop_assert!(tried.len() <= attempts_allowed(sizes.len()), "{} attempts", tried.len());
        }

        #[test]
        fn any_sizes_give_an_answer_that_fits_and_whose_neighbour_does_not(
            sizes in prop::collection::vec(1_u64..1_000, 1..120),
            cap in 0_u64..1_000,
        ) {
            let (found, tried) = search(&sizes, cap);
            match found {
                Found::Fits(setting) => {
                    let setting = setting as usize;
                    prop_assert!(sizes[setting] <= cap);
                    prop_assert!(setting + 1 == sizes.len() || sizes[setting + 1] > cap);
                }
                Found::Over(smallest) => {
                    prop_assert!(tried.iter().all(|&setting| sizes[setting as usize] > cap));
                    prop_assert_eq!(Some(smallest), tried.iter().map(|&setting| sizes[setting as usize]).min());
                    prop_assert!(tried.contains(&0), "the floor was tried");
                }
            }
            prop_assert!(tried.len() <= attempts_allowed(sizes.len()), "{} attempts", tried.len());
        }
    }
}
