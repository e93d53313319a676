//! Pictures of high dynamic range: the light that their code values stand for, brought into the range of sRGB.

use super::Statement;

/// Code points of ITU-T H.273 for the two transfer functions of ITU-R BT.2100.
const PQ: u8 = 16;
const HLG: u8 = 18;

/// The light of diffuse white, in cd/m2 (ITU-R BT.2408). It is what white in sRGB stands for.
const WHITE: f64 = 203.0;
/// The light that is still told from brighter one, in cd/m2: the peak that most pictures are graded for.
const PEAK: f64 = 1000.0;
/// Code values from one at which a curve is computed to the next; to compute all of them takes seven milliseconds.
const STRIDE: usize = 8;
/// Up to this share of white nothing is changed; what is brighter is compressed into the rest.
const KNEE: f64 = 0.6;

pub(super) const fn is_hdr(statement: &Statement<'_>) -> bool {
    matches!(statement, Statement::Cicp { transfer: PQ | HLG, .. })
}

/// For each 16-bit code value of a BT.2100 transfer function, linear light that white in sRGB bounds, in 16 bits.
/// `None` for any other function.
///
/// Each channel is mapped by itself: simple, and highlights lose saturation as they do on film.
pub(super) fn tone_curve(transfer: u8) -> Option<Vec<u16>> {
    let light = match transfer {
        PQ => pq_light,
        HLG => hlg_light,
        _ => return None,
    };
    let mapped = |code: usize| {
        #[expect(clippy::cast_precision_loss, reason = "17 bits")]
        let share = code as f64 / 65_535.0;
        65_535.0 * compressed(light(share) / WHITE)
    };
    // Between every eighth code value a straight line, which is nearer to the curve than a step and a half of 16 bits.
    let mut curve = Vec::with_capacity(1 << 16);
    let mut from = mapped(0);
    for start in (0..1 << 16).step_by(STRIDE) {
        let to = mapped(start + STRIDE);
        for step in 0..STRIDE {
            #[expect(clippy::cast_precision_loss, reason = "at most 8")]
            let share = step as f64 / STRIDE as f64;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 65535")]
            curve.push((from + share * (to - from)).round() as u16);
        }
        from = to;
    }
    Some(curve)
}

/// The light of a PQ code value, in cd/m2 (SMPTE ST 2084).
fn pq_light(code: f64) -> f64 {
    let (m1, m2) = (2610.0 / 16_384.0, 2523.0 / 4096.0 * 128.0);
    let (c1, c2, c3) = (3424.0 / 4096.0, 2413.0 / 4096.0 * 32.0, 2392.0 / 4096.0 * 32.0);
    let power = pxfm::f_pow(code, 1.0 / m2);
    10_000.0 * pxfm::f_pow((power - c1).max(0.0) / (c2 - c3 * power), 1.0 / m1)
}

/// The light of an HLG code value on a display of 1000 cd/m2, in cd/m2 (ITU-R BT.2100, with its system gamma of 1.2
/// taken for each channel).
fn hlg_light(code: f64) -> f64 {
    let (a, b, c) = (0.178_832_77, 0.284_668_92, 0.559_910_73);
    let scene = if code <= 0.5 { code * code / 3.0 } else { (pxfm::f_exp((code - c) / a) + b) / 12.0 };
    1000.0 * pxfm::f_pow(scene, 1.2)
}

/// Light as a share of white to a share of at most 1: unchanged up to the knee, then ever flatter, 1 at the peak.
fn compressed(share: f64) -> f64 {
    if share <= KNEE {
        return share;
    }
    let room = 1.0 - KNEE;
    let over = (share - KNEE) / room;
    let most = (PEAK / WHITE - KNEE) / room;
    (KNEE + room * over * (1.0 + over / (most * most)) / (1.0 + over)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transfer_functions_meet_their_published_points() {
        // BT.2408: diffuse white is 58 % of PQ's range and 75 % of HLG's. BT.2100: full HLG is the display's peak.
        assert!((pq_light(0.58) - 203.0).abs() < 3.0);
        assert!((pq_light(1.0) - 10_000.0).abs() < 1e-6 && pq_light(0.0) < 1e-9);
        assert!((hlg_light(0.75) - 203.0).abs() < 1.0);
        assert!((hlg_light(1.0) - 1000.0).abs() < 0.01 && hlg_light(0.0) < 1e-9);
    }

    #[test]
    fn the_curve_is_that_of_computing_every_value() {
        for (transfer, light) in [(PQ, pq_light as fn(f64) -> f64), (HLG, hlg_light)] {
            for (code, value) in (0_u32..).zip(tone_curve(transfer).unwrap()) {
                let exact = 65_535.0 * compressed(light(f64::from(code) / 65_535.0) / WHITE);
                assert!((f64::from(value) - exact).abs() <= 1.5, "{transfer} {code}: {value} is not {exact}");
            }
        }
    }

    #[test]
    fn the_curve_rises_and_keeps_what_lies_below_the_knee() {
        for transfer in [PQ, HLG] {
            let curve = tone_curve(transfer).unwrap();
            assert!(curve.is_sorted());
            assert_eq!((curve[0], curve[65_535]), (0, 65_535));
        }
        assert!((compressed(0.5) - 0.5).abs() < f64::EPSILON);
        assert!((compressed(PEAK / WHITE) - 1.0).abs() < 1e-12);
        let slope = (compressed(KNEE + 1e-6) - KNEE) / 1e-6;
        assert!((slope - 1.0).abs() < 1e-3, "the knee has no edge: {slope}");
    }
}
