//! The search for the highest setting whose size fits a cap. It knows neither pixels nor codecs: one closure turns a
//! setting into bytes, another may tell cheaply how many to expect. What is returned was measured, never estimated.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// What the search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found<T> {
    /// The best output that fits. Its setting is the highest of the range, or the next one was seen not to fit, or it
    /// leaves less than [`Target::slack`] unspent.
    Fits(T),
    /// Not even the lowest setting fits; the smallest size seen, in bytes.
    Over(u64),
}

/// The size to reach, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target {
    /// What an output may take at most.
    pub(crate) cap: u64,
    /// An output that leaves less than this unspent is taken, and no better one is looked for.
    pub(crate) slack: u64,
}

/// Between two sizes whose logarithms are no farther apart than this, the curve is taken for a straight line. The line
/// is nearer to the truth than single estimates, which are off by a hundredth here and there.
const STRAIGHT: f64 = 0.3;

/// No estimates are asked for beyond this number. A curve as it should be needs five to seven.
const MAX_ESTIMATES: usize = 12;

/// The encodes before one that does not halve the bracket is answered with a bisection. A good prediction lands close
/// to the cap, at one end of a wide bracket, and the next closes it from the other side.
const TRUSTED: u32 = 5;

/// Finds the best setting in `settings` whose output fits the target, with few encodes and some estimates.
///
/// `encode` makes the output of a setting and tells its length in bytes. `estimate` tells about what that length will
/// be, up to a factor that changes little from setting to setting; `prior` is the first guess at this factor, the real
/// size divided by the estimated one. Errors of both end the search.
///
/// # Guarantees
///
/// An output that does not fit is never returned. The answer leaves less than the slack unspent, or its setting is the
/// highest, or the setting above it was encoded and does not fit: where sizes grow with the setting, this is the answer
/// of trying every setting. Estimates, right or wrong, only change the cost.
///
/// # Cost
///
/// One encode where the highest setting is expected to fit and does. With a factor that is smooth and at most 6 % off
/// the prior, two on average where the slack is a hundredth, and three where there is none; on the curves of the tests
/// never more than five, also with a noise of 1 %. Of any n settings never more than `2 * log2(n) + 7`: after the
/// first five encodes, one that does not halve the bracket is followed by a bisection. The estimates are five to seven,
/// and never more than twelve.
pub(crate) fn best_under_cap<T, E>(
    settings: RangeInclusive<u32>,
    target: Target,
    prior: f64,
    mut estimate: impl FnMut(u32) -> Result<f64, E>,
    mut encode: impl FnMut(u32) -> Result<(T, u64), E>,
) -> Result<Found<T>, E> {
    let (lowest, highest) = settings.into_inner();
    let lowest = lowest.min(highest);
    let logs = |setting| Ok(log(estimate(setting)?));
    let mut forecast = Forecast::new(lowest..=highest, target, log(prior), logs);
    let mut best = None;
    let mut smallest = u64::MAX;
    // The settings that may still be the answer, or prove that the best so far is.
    let (mut low, mut end) = (lowest, u64::from(highest) + 1);
    let mut followed = 0;
    let mut bisect = false;
    while u64::from(low) < end {
        let width = end - u64::from(low);
        #[expect(clippy::cast_possible_truncation, reason = "`end - 1` is at most `highest`")]
        let last = (end - 1) as u32;
        let setting = if bisect { low + (last - low) / 2 } else { forecast.guess()?.clamp(low, last) };
        let (output, size) = encode(setting)?;
        forecast.learn(setting, size)?;
        smallest = smallest.min(size);
        if size <= target.cap {
            best = Some(output);
            if setting == highest || target.cap - size < target.slack {
                break;
            }
            low = setting + 1;
        } else {
            end = u64::from(setting);
        }
        followed += 1;
        bisect = followed >= TRUSTED && !bisect && end.saturating_sub(u64::from(low)) > width / 2;
    }
    Ok(best.map_or(Found::Over(smallest), Found::Fits))
}

/// A setting, and the logarithm of its size.
#[derive(Debug, Clone, Copy)]
struct Point {
    setting: u32,
    log_size: f64,
}

impl Point {
    /// Where the straight line from this point to another, as far as it may go, meets a size.
    fn meets(self, other: Self, log_size: f64) -> f64 {
        let run = f64::from(other.setting) - f64::from(self.setting);
        f64::from(self.setting) + run * (log_size - self.log_size) / (other.log_size - self.log_size)
    }
}

/// An encoded setting, and how much larger than its estimate its size is, as a logarithm.
#[derive(Debug, Clone, Copy)]
struct Probe {
    real: Point,
    factor: f64,
}

/// Predicts sizes, from estimates and from what was encoded.
struct Forecast<F> {
    estimate: F,
    lowest: u32,
    highest: u32,
    target: Target,
    prior: f64,
    /// The logarithms of the estimates so far.
    estimates: BTreeMap<u32, f64>,
    /// The highest setting that fits, and the lowest that does not.
    fits: Option<Probe>,
    over: Option<Probe>,
    /// The last two that fit, or that do not: whichever was encoded last. The later one is the nearer to the cap.
    run: Option<(Point, Point)>,
}

impl<E, F: FnMut(u32) -> Result<f64, E>> Forecast<F> {
    fn new(settings: RangeInclusive<u32>, target: Target, prior: f64, estimate: F) -> Self {
        let (lowest, highest) = settings.into_inner();
        let (estimates, fits, over, run) = (BTreeMap::new(), None, None, None);
        Self { estimate, lowest, highest, target, prior, estimates, fits, over, run }
    }

    /// Takes in the size of an encoded setting.
    fn learn(&mut self, setting: u32, size: u64) -> Result<(), E> {
        let real = Point { setting, log_size: log_of(size) };
        let probe = Probe { real, factor: real.log_size - self.estimated(setting)? };
        let side = if size <= self.target.cap { &mut self.fits } else { &mut self.over };
        let before = side.replace(probe);
        self.run = before.map(|before| (before.real, real));
        Ok(())
    }

    /// The setting to encode next: that whose size is expected in the middle of what the slack allows, or the last that
    /// is expected to fit where the slack is finer than the settings.
    fn guess(&mut self) -> Result<u32, E> {
        let Target { cap, slack } = self.target;
        let (cap, middle) = (log_of(cap), log_of(cap.saturating_sub(slack / 2)));
        let above = match self.over {
            Some(probe) => probe.real,
            None => self.predicted(self.highest)?,
        };
        if above.log_size <= middle {
            return Ok(above.setting);
        }
        let below = match self.fits {
            Some(probe) => probe.real,
            None => self.predicted(self.lowest)?,
        };
        if below.log_size > middle {
            return Ok(below.setting);
        }
        let (from, to) = match self.run.filter(|&(before, last)| is_run_up(before, last, middle)) {
            Some(run) if above.log_size - below.log_size > STRAIGHT => run,
            _ => self.crossing(below, above, middle)?,
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
        Ok((from.meets(to, middle) + 0.5).min(from.meets(to, cap)) as u32)
    }

    /// Narrows two points, of which one is expected at or below a size and the other above it, until the curve between
    /// them is about straight.
    fn crossing(&mut self, mut below: Point, mut above: Point, log_size: f64) -> Result<(Point, Point), E> {
        let mut bisect = false;
        loop {
            if above.setting - below.setting < 2 || above.log_size - below.log_size <= STRAIGHT {
                return Ok((below, above));
            }
            let width = above.setting - below.setting;
            let known = self.estimates.range(below.setting + 1..above.setting).next().map(|(&setting, _)| setting);
            let setting = match known {
                Some(setting) => setting,
                None if self.estimates.len() >= MAX_ESTIMATES => return Ok((below, above)),
                None if bisect => below.setting + width / 2,
                None => {
                    // Not at the size itself but to both sides of it, lest one end of the bracket never move.
                    let near = log_size - below.log_size <= STRAIGHT / 2.0;
                    let beside = if near { STRAIGHT } else { -STRAIGHT } / 3.0;
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
                    let setting = below.meets(above, log_size + beside).round() as u32;
                    setting.clamp(below.setting + 1, above.setting - 1)
                }
            };
            let point = self.predicted(setting)?;
            if point.log_size <= log_size {
                below = point;
            } else {
                above = point;
            }
            bisect = known.is_none() && !bisect && above.setting - below.setting > width / 2;
        }
    }

    /// The estimate of a setting, times the factor that is expected there.
    fn predicted(&mut self, setting: u32) -> Result<Point, E> {
        let factor = match (self.fits, self.over) {
            (None, None) => self.prior,
            (Some(probe), None) | (None, Some(probe)) => probe.factor,
            (Some(fits), Some(over)) => {
                let run = f64::from(over.real.setting - fits.real.setting);
                let share = (f64::from(setting) - f64::from(fits.real.setting)) / run;
                fits.factor + share * (over.factor - fits.factor)
            }
        };
        Ok(Point { setting, log_size: self.estimated(setting)? + factor })
    }

    /// The logarithm of the estimate of a setting, or, where the curve is straight, that of the line. Where no more may
    /// be asked for, the nearest known one stands for what lies beyond.
    fn estimated(&mut self, setting: u32) -> Result<f64, E> {
        let before = self.estimates.range(..=setting).next_back().map(|(&setting, &value)| (setting, value));
        let after = self.estimates.range(setting..).next().map(|(&setting, &value)| (setting, value));
        let enough = self.estimates.len() >= MAX_ESTIMATES;
        match (before, after) {
            (Some((first, low)), Some((last, _))) if first == last => return Ok(low),
            (Some((first, low)), Some((last, high))) if enough || (high - low).abs() <= STRAIGHT => {
                return Ok(low + (high - low) * f64::from(setting - first) / f64::from(last - first));
            }
            (Some((_, known)), None) | (None, Some((_, known))) if enough => return Ok(known),
            _ => {}
        }
        let value = (self.estimate)(setting)?;
        self.estimates.insert(setting, value);
        Ok(value)
    }
}

/// Whether a size may be read off the line through two encoded settings on one side of it: they are close, and it lies
/// no farther from the last than twice the distance between them.
fn is_run_up(before: Point, last: Point, log_size: f64) -> bool {
    let (rise, rest) = (last.log_size - before.log_size, log_size - last.log_size);
    let grows = (rise > 0.0) == (last.setting > before.setting);
    grows && rise.abs() <= STRAIGHT && rest.abs() <= 2.0 * rise.abs() && (rest > 0.0) == (rise > 0.0)
}

/// The natural logarithm of a size; that of nothing is 0.
fn log_of(size: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a prediction needs no more than 53 bits")]
    log(size as f64)
}

/// The natural logarithm to within 0.000_002, and 0 of what has none. That of the standard library may differ in its
/// last bit from system to system, and with it the path of a search.
fn log(value: f64) -> f64 {
    const FRACTION_BITS: u32 = f64::MANTISSA_DIGITS - 1;
    if !value.is_normal() || value < 0.0 {
        return 0.0;
    }
    let bits = value.to_bits();
    let fraction = f64::from_bits((bits & ((1 << FRACTION_BITS) - 1)) | 1.0_f64.to_bits());
    #[expect(clippy::cast_precision_loss, reason = "eleven bits")]
    let exponent = (bits >> FRACTION_BITS) as f64 - 1023.0;
    // The series of the inverse hyperbolic tangent, for a fraction from 1 to 2.
    let t = (fraction - 1.0) / (fraction + 1.0);
    let t2 = t * t;
    let series = 1.0 + t2 * (1.0 / 3.0 + t2 * (1.0 / 5.0 + t2 * (1.0 / 7.0 + t2 * (1.0 / 9.0))));
    exponent * std::f64::consts::LN_2 + 2.0 * t * series
}

#[cfg(test)]
mod tests;
