//! Exact decimals while a number is being read: a whole number and how many of its digits stand behind the point.
//! What does not fit is an error, never a rounded number.

use rust_decimal::Decimal;

/// `mantissa` ÷ 10^`scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exact {
    pub(super) mantissa: i128,
    pub(super) scale: u32,
}

impl Exact {
    pub(super) const fn whole(mantissa: i128) -> Self {
        Exact { mantissa, scale: 0 }
    }

    /// Appends a decimal digit of the whole or, once `scale` counts, fractional part.
    pub(super) fn push_digit(&mut self, digit: u32, fractional: bool) -> Option<()> {
        self.mantissa = self.mantissa.checked_mul(10)?.checked_add(i128::from(digit))?;
        self.scale += u32::from(fractional);
        Some(())
    }

    pub(super) fn times(self, factor: Decimal) -> Option<Self> {
        Some(
            Exact { mantissa: self.mantissa.checked_mul(factor.mantissa())?, scale: self.scale + factor.scale() }
                .reduced(),
        )
    }

    pub(super) fn times_whole(self, factor: i128) -> Option<Self> {
        Some(Exact { mantissa: self.mantissa.checked_mul(factor)?, scale: self.scale }.reduced())
    }

    pub(super) fn shifted_down(self, places: u32) -> Option<Self> {
        Some(Exact { mantissa: self.mantissa, scale: self.scale.checked_add(places)? }.reduced())
    }

    pub(super) fn plus(self, other: Exact) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let raise = |e: Exact| 10i128.checked_pow(scale - e.scale).and_then(|p| e.mantissa.checked_mul(p));
        Some(Exact { mantissa: raise(self)?.checked_add(raise(other)?)?, scale }.reduced())
    }

    /// `self` ÷ `divisor` where that is a finite decimal.
    pub(super) fn divided_by(self, divisor: i128) -> Option<Self> {
        let (mut divisor, mut value) = (divisor, self);
        if divisor <= 0 {
            return None;
        }
        for (prime, other) in [(2, 5), (5, 2)] {
            while divisor % prime == 0 {
                divisor /= prime;
                value = value.times_whole(other)?.shifted_down(1)?;
            }
        }
        (value.mantissa % divisor == 0).then(|| Exact { mantissa: value.mantissa / divisor, scale: value.scale })
    }

    pub(super) fn negated(self) -> Self {
        Exact { mantissa: -self.mantissa, scale: self.scale }
    }

    /// As a decimal, or `None` where 96 bits and 28 places do not hold it.
    pub(super) fn decimal(self) -> Option<Decimal> {
        let reduced = self.reduced();
        Decimal::try_from_i128_with_scale(reduced.mantissa, reduced.scale).ok()
    }

    fn reduced(mut self) -> Self {
        if self.mantissa == 0 {
            return Exact::whole(0);
        }
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }
}
