//! GELU with the error function, as BERT was trained with: erf by formula 7.1.26 of Abramowitz and Stegun, which is
//! within 1.5e-7 everywhere.

use crate::backend::cpu::simd::{F32x4, exp};

/// y ← x / 2 · (1 + erf(x / √2)).
pub fn gelu(x: &[f32], y: &mut [f32]) {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<4>(), y.as_chunks_mut::<4>());
    for (x, y) in x.iter().zip(y) {
        one(F32x4::load(x)).store(y);
    }
    for (x, y) in x_rest.iter().zip(y_rest) {
        let mut lanes = [0.0; 4];
        one(F32x4::splat(*x)).store(&mut lanes);
        *y = lanes[0];
    }
}

#[inline(always)]
fn one(x: F32x4) -> F32x4 {
    let splat = F32x4::splat;
    let size = x.abs().mul(splat(std::f32::consts::FRAC_1_SQRT_2));
    let t = splat(1.0).div(size.mul_add(splat(0.327_591_1), splat(1.0)));
    let polynomial = [1.061_405_4, -1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6];
    let sum = polynomial.into_iter().fold(splat(0.0), |sum, a| sum.mul(t).add(splat(a)));
    // 1 − erf(size)
    let rest = sum.mul(t).mul(exp(splat(0.0).sub(size.mul(size))));
    // x/2·(1 + erf) is x − x/2·rest for positive x and x/2·rest for negative ones.
    let half = x.mul(splat(0.5)).mul(rest);
    let positive = x.max(splat(0.0));
    positive.sub(half.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of x·Φ(x) to seven digits.
    #[test]
    fn it_is_x_times_the_normal_distribution() {
        let cases = [
            (-10.0, 0.0),
            (-3.0, -0.004_049_694),
            (-1.0, -0.158_655_26),
            (-0.5, -0.154_268_77),
            (0.0, 0.0),
            (0.5, 0.345_731_23),
            (1.0, 0.841_344_8),
            (2.5, 2.484_475_9),
            (10.0, 10.0),
        ];
        let x = cases.map(|(x, _)| x);
        let mut y = [0.0; 9];
        gelu(&x, &mut y);
        for ((x, want), y) in cases.iter().zip(y) {
            assert!((want - y).abs() < 1e-6, "gelu({x}) = {y}, not {want}");
        }
    }
}
