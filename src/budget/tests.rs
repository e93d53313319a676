//! The search against made-up size curves, and against a naive twin.

#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "made-up size curves")]

use super::*;
use proptest::prelude::*;

/// What a search did.
#[derive(Debug)]
struct Run {
    found: Found<u32>,
    encoded: Vec<u32>,
    estimated: usize,
}

/// Runs the search over a table of sizes and one of estimates.
fn run(sizes: &[u64], estimates: &[f64], target: Target, prior: f64) -> Run {
    let (mut encoded, mut estimated) = (Vec::new(), 0);
    let found = best_under_cap(
        settings(sizes),
        target,
        prior,
        |setting| {
            estimated += 1;
            Ok::<_, ()>(estimates[setting as usize])
        },
        |setting| {
            encoded.push(setting);
            Ok((setting, sizes[setting as usize]))
        },
    );
    Run { found: found.unwrap(), encoded, estimated }
}

/// Runs the search without estimates.
fn run_blind(sizes: &[u64], cap: u64) -> Run {
    run(sizes, &vec![1.0; sizes.len()], Target { cap, slack: 0 }, 1.0)
}

fn settings(sizes: &[u64]) -> RangeInclusive<u32> {
    0..=u32::try_from(sizes.len()).unwrap() - 1
}

/// The naive twin: tries every setting from the top.
fn scan(sizes: &[u64], cap: u64) -> Option<u32> {
    (0..sizes.len()).rev().find(|&setting| sizes[setting] <= cap).map(|setting| u32::try_from(setting).unwrap())
}

fn encodes_allowed(settings: usize) -> usize {
    2 * settings.ilog2() as usize + 7
}

/// What holds of every search, whatever the sizes and the estimates.
fn check(run: &Run, sizes: &[u64], Target { cap, slack }: Target) -> Result<(), TestCaseError> {
    let size = |setting: u32| sizes[setting as usize];
    let best = run.encoded.iter().copied().filter(|&setting| size(setting) <= cap).max();
    match run.found {
        Found::Fits(setting) => {
            prop_assert!(size(setting) <= cap, "it fits");
            prop_assert_eq!(Some(setting), best, "it is the best that was encoded");
            let next_is_over = run.encoded.contains(&(setting + 1)) && size(setting + 1) > cap;
            let highest = setting as usize + 1 == sizes.len();
            prop_assert!(highest || next_is_over || cap - size(setting) < slack, "it is proven");
        }
        Found::Over(smallest) => {
            prop_assert_eq!(best, None);
            prop_assert_eq!(Some(smallest), run.encoded.iter().map(|&setting| size(setting)).min());
            prop_assert!(run.encoded.contains(&0), "the floor was tried");
        }
    }
    let mut once = run.encoded.clone();
    once.sort_unstable();
    once.dedup();
    prop_assert_eq!(once.len(), run.encoded.len(), "nothing is encoded twice");
    prop_assert!(run.encoded.len() <= encodes_allowed(sizes.len()), "{} encodes", run.encoded.len());
    prop_assert!(run.estimated <= 12, "{} estimates", run.estimated);
    Ok(())
}

/// The answer of trying every setting, or one within the slack.
fn check_exhaustive(run: &Run, sizes: &[u64], Target { cap, slack }: Target) -> Result<(), TestCaseError> {
    match (&run.found, scan(sizes, cap)) {
        (&Found::Fits(found), Some(best)) => {
            prop_assert!(found == best || cap - sizes[found as usize] < slack, "{found} for {best}");
        }
        (found, None) => prop_assert_eq!(found, &Found::Over(sizes[0])),
        (found, best) => prop_assert!(false, "{found:?} for {best:?}"),
    }
    Ok(())
}

/// The quality of a setting: quarter steps from 1 to 100.
fn quality(setting: u32) -> f64 {
    1.0 + f64::from(setting) / 4.0
}

const SETTINGS: RangeInclusive<u32> = 0..=396;

/// A curve that grows by the same share everywhere.
fn even_curve() -> Vec<f64> {
    SETTINGS.map(|setting| 9000.0 * (0.035 * quality(setting)).exp()).collect()
}

/// A curve bent as those of JPEG are: the bytes go with a power of the quantiser, which nears 1 at the top.
fn bent_curve() -> Vec<f64> {
    let scale = |quality: f64| if quality < 50.0 { 50.0 / quality } else { 2.0 - quality / 50.0 };
    SETTINGS.map(|setting| 60_000.0 * (scale(quality(setting)) + 0.02).powf(-0.7)).collect()
}

/// Estimates for a curve: off by a smooth factor from `1 - bias` to `1 + bias`, half a wave over the range, and by a
/// noise of up to `noise` to either side.
fn estimates_of(sizes: &[f64], bias: f64, noise: f64, phase: f64) -> Vec<f64> {
    let wobble = |setting: usize| {
        let hash = (setting as u64 + 1 + (phase * 1000.0) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        hash as f64 / f64::from(1 << 23) - 1.0
    };
    let wave = |setting: usize| (phase + std::f64::consts::PI * setting as f64 / sizes.len() as f64).sin();
    sizes.iter().enumerate().map(|(i, size)| size / (1.0 + bias * wave(i)) * (1.0 + noise * wobble(i))).collect()
}

/// How many encodes and estimates a sweep of searches took.
#[derive(Debug, Default)]
struct Tally {
    searches: usize,
    encodes: usize,
    most: usize,
    estimates: usize,
    most_estimates: usize,
}

impl Tally {
    /// Sweeps the caps over a curve, in steps of 0.37 %, each with another phase of the factor.
    fn sweep(curve: &[f64], (bias, noise): (f64, f64), slack_divisor: Option<u64>) -> Self {
        let mut tally = Self::default();
        let sizes: Vec<u64> = curve.iter().map(|&size| size as u64).collect();
        let mut cap = curve[0];
        while cap < curve[curve.len() - 1] {
            let estimates = estimates_of(curve, bias, noise, 0.1 * tally.searches as f64);
            let target = Target { cap: cap as u64, slack: slack_divisor.map_or(0, |divisor| cap as u64 / divisor) };
            let run = run(&sizes, &estimates, target, 1.0);
            check(&run, &sizes, target).unwrap();
            check_exhaustive(&run, &sizes, target).unwrap();
            tally.searches += 1;
            tally.encodes += run.encoded.len();
            tally.most = tally.most.max(run.encoded.len());
            tally.estimates += run.estimated;
            tally.most_estimates = tally.most_estimates.max(run.estimated);
            cap *= 1.0037;
        }
        tally
    }

    fn mean(&self) -> f64 {
        self.encodes as f64 / self.searches as f64
    }
}

#[test]
fn the_ceiling_costs_one_encode() {
    let run = run_blind(&[10, 20, 30], 30);
    assert_eq!((run.found, run.encoded), (Found::Fits(2), vec![2]));
    let run = self::run(&[10, 20, 30], &[10.0, 20.0, 30.0], Target { cap: 31, slack: 0 }, 1.0);
    assert_eq!((run.found, run.encoded, run.estimated), (Found::Fits(2), vec![2], 1));
}

#[test]
fn where_nothing_is_expected_to_fit_the_floor_proves_it() {
    let run = run(&[10, 20, 30], &[10.0, 20.0, 30.0], Target { cap: 9, slack: 0 }, 1.0);
    assert_eq!((run.found, run.encoded), (Found::Over(10), vec![0]));
}

#[test]
fn the_prior_leads_to_the_first_encode() {
    let sizes: Vec<u64> = even_curve().iter().map(|&size| size as u64).collect();
    let estimates: Vec<f64> = even_curve().iter().map(|size| size / 1.7).collect();
    let target = Target { cap: 70_000, slack: 700 };
    let run = run(&sizes, &estimates, target, 1.7);
    assert_eq!(run.encoded.len(), 1, "{run:?}");
    check(&run, &sizes, target).unwrap();
}

#[test]
fn a_jpeg_like_curve_takes_two_encodes_on_average() {
    let exact = (0.0, 0.0);
    let smooth = (0.06, 0.0);
    let noisy = (0.06, 0.01);
    for (name, curve, limit) in [("even", even_curve(), 2.05), ("bent", bent_curve(), 2.25)] {
        let sweep = |estimates, slack| Tally::sweep(&curve, estimates, slack);
        let percent = Some(100);
        let tally = sweep(exact, percent);
        assert!(tally.mean() <= 1.7 && tally.most <= 3, "{name}: {tally:?}");
        let tally = sweep(smooth, percent);
        assert!(tally.mean() <= limit && tally.most <= 4, "{name}: {tally:?}");
        assert!(tally.estimates <= 7 * tally.searches, "{name}: {tally:?}");
        let tally = sweep(noisy, percent);
        assert!(tally.mean() <= limit + 0.1 && tally.most <= 4, "{name}: {tally:?}");
        let tally = sweep(smooth, None);
        assert!(tally.mean() <= 3.1 && tally.most <= 4, "{name}: {tally:?}");
        let tally = sweep(noisy, None);
        assert!(tally.mean() <= 3.1 && tally.most <= 5, "{name}: {tally:?}");
    }
}

#[test]
fn a_jpeg_like_curve_takes_few_encodes_without_estimates() {
    let sizes: Vec<u64> = (20..=95).map(|quality| (9000.0 * (0.035 * f64::from(quality)).exp()) as u64).collect();
    for cap in (sizes[0]..sizes[75]).step_by(997) {
        let run = run_blind(&sizes, cap);
        assert_eq!(Found::Fits(scan(&sizes, cap).unwrap()), run.found);
        assert!(run.encoded.len() <= 6, "{} encodes at {cap}", run.encoded.len());
    }
}

#[test]
fn a_factor_that_varies_much_only_takes_longer() {
    let tally = Tally::sweep(&even_curve(), (0.5, 0.0), Some(100));
    assert!(tally.mean() <= 3.5 && tally.most <= 6, "{tally:?}");
    let tally = Tally::sweep(&even_curve(), (0.5, 0.0), None);
    assert!(tally.mean() <= 4.4 && tally.most <= 8, "{tally:?}");
}

#[test]
fn the_aim_is_the_middle_of_the_slack() {
    let tally = Tally::sweep(&even_curve(), (0.0, 0.01), Some(50));
    assert!(tally.mean() <= 1.1, "{tally:?}");
}

#[test]
fn the_highest_number_may_be_a_setting() {
    let target = Target { cap: 5, slack: 0 };
    let found = best_under_cap(u32::MAX - 2..=u32::MAX, target, 1.0, |_| Ok(5.0), |setting| Ok::<_, ()>((setting, 5)));
    assert_eq!(found, Ok(Found::Fits(u32::MAX)));
}

#[test]
fn the_logarithm_is_near_enough() {
    for size in (1..5000).chain([u64::from(u32::MAX), u64::MAX]) {
        assert!((log_of(size) - (size as f64).ln()).abs() < 0.000_002, "{size}");
    }
    for value in [1e-300, 0.3, 0.999_999, 1.0, 1.999_999, 1e300] {
        assert!((log(value) - value.ln()).abs() < 0.000_002, "{value}");
    }
    for value in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE / 2.0] {
        assert!(log(value).abs() < f64::EPSILON, "{value}");
    }
}

#[test]
fn an_encode_or_an_estimate_that_fails_ends_the_search() {
    let target = Target { cap: 50_000, slack: 0 };
    let curve = even_curve();
    let failing_after = |mut estimates: u32, mut encodes: u32| {
        let spend = |left: &mut u32| left.checked_sub(1).map(|rest| *left = rest).ok_or("no");
        best_under_cap(
            SETTINGS,
            target,
            1.5,
            |setting| spend(&mut estimates).map(|()| curve[setting as usize]),
            |setting| {
                encodes = encodes.checked_sub(1).ok_or("no")?;
                Ok((setting, curve[setting as usize] as u64))
            },
        )
    };
    for left in 0..3 {
        assert_eq!(failing_after(left, 99), Err("no"));
    }
    for left in 0..2 {
        assert_eq!(failing_after(99, left), Err("no"));
    }
    assert!(failing_after(99, 99).is_ok());
}

/// Any number at all, and those that numbers should not be.
fn garbage() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        -1e9_f64..1e9,
        Just(1e-310),
        Just(1e300)
    ]
}

/// Estimates for 120 settings: all the same, or each another.
fn garbage_estimates() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![garbage().prop_map(|value| vec![value; 120]), prop::collection::vec(garbage(), 120)]
}

/// A curve of sizes with flats, cliffs and, if wanted, bumps.
fn rough_curve(bumps: bool) -> impl Strategy<Value = Vec<f64>> {
    let lowest = if bumps { -0.05 } else { 0.0 };
    let growth = prop_oneof![2 => Just(0.0), 12 => 0.0..0.03, 1 => 0.3..1.0, 3 => lowest..0.01];
    prop::collection::vec(growth, 1..400).prop_map(|steps| {
        let size = |log_size: &mut f64, step| {
            *log_size += step;
            Some(log_size.exp())
        };
        steps.into_iter().scan(8.0, size).collect()
    })
}

proptest! {
    #[test]
    fn growing_sizes_give_the_exhaustive_answer_whatever_the_estimates(
        mut sizes in prop::collection::vec(1_u64..1_000_000, 1..120),
        cap in 0_u64..1_000_000,
        slack in prop_oneof![Just(0), 0_u64..50_000],
        prior in prop_oneof![0.1..10.0, garbage()],
        estimates in garbage_estimates(),
    ) {
        sizes.sort_unstable();
        let target = Target { cap, slack };
        let run = run(&sizes, &estimates, target, prior);
        check(&run, &sizes, target)?;
        check_exhaustive(&run, &sizes, target)?;
        let (target, run) = (Target { cap, slack: 0 }, run_blind(&sizes, cap));
        check(&run, &sizes, target)?;
        check_exhaustive(&run, &sizes, target)?;
    }

    #[test]
    fn any_sizes_give_a_proven_answer_whatever_the_estimates(
        sizes in prop::collection::vec(1_u64..1_000, 1..120),
        cap in 0_u64..1_000,
        slack in prop_oneof![Just(0), 0_u64..2_000],
        estimates in garbage_estimates(),
    ) {
        let target = Target { cap, slack };
        check(&run(&sizes, &estimates, target, 1.0), &sizes, target)?;
        check(&run_blind(&sizes, cap), &sizes, Target { cap, slack: 0 })?;
    }

    #[test]
    fn bumps_flats_and_cliffs_give_a_proven_answer(
        (bumps, curve) in any::<bool>().prop_flat_map(|bumps| (Just(bumps), rough_curve(bumps))),
        at in 0.0..1.1,
        slack_divisor in prop_oneof![Just(u64::MAX), Just(100_u64)],
        (bias, noise, phase) in (0.0..0.3, 0.0..0.1, 0.0..6.2),
        factor in 0.5..2.0,
    ) {
        let sizes: Vec<u64> = curve.iter().map(|&size| size as u64).collect();
        let estimates: Vec<f64> = estimates_of(&curve, bias, noise, phase).iter().map(|size| size / factor).collect();
        let (first, last) = (curve[0], curve[curve.len() - 1]);
        let cap = (first * (last / first).powf(at)) as u64;
        let target = Target { cap, slack: cap / slack_divisor };
        let run = run(&sizes, &estimates, target, 1.0);
        check(&run, &sizes, target)?;
        if !bumps {
            check_exhaustive(&run, &sizes, target)?;
        }
    }

    #[test]
    fn good_estimates_never_take_more_than_five_encodes(
        curve in prop_oneof![Just(even_curve()), Just(bent_curve())],
        at in 0.0..1.0,
        slack_divisor in prop_oneof![Just(u64::MAX), Just(100_u64)],
        (bias, noise, phase) in (0.0..0.06, 0.0..0.01, 0.0..6.2),
    ) {
        let sizes: Vec<u64> = curve.iter().map(|&size| size as u64).collect();
        let estimates = estimates_of(&curve, bias, noise, phase);
        let cap = (curve[0] * (curve[curve.len() - 1] / curve[0]).powf(at)) as u64;
        let target = Target { cap, slack: cap / slack_divisor };
        let run = run(&sizes, &estimates, target, 1.0);
        check_exhaustive(&run, &sizes, target)?;
        prop_assert!(run.encoded.len() <= 5, "{run:?}");
    }
}
