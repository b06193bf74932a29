//! Stored numbers as the decimals that a person typed. Spreadsheets store binary floats, often with the float's noise
//! written out (0.98770000000000002); the number meant is the shortest decimal that reads back as the same float, of
//! fifteen significant digits at most, which is all that a spreadsheet itself shows.

/// Digits that a spreadsheet shows.
const SIGNIFICANT: usize = 15;

/// A decimal of up to fifteen digits: `0.d₁d₂d₃… × 10^point`, without leading or trailing zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) negative: bool,
    digits: [u8; SIGNIFICANT],
    len: usize,
    point: i32,
}

impl Decimal {
    pub(super) const ZERO: Decimal = Decimal { negative: false, digits: [0; SIGNIFICANT], len: 0, point: 0 };

    /// A number as the file writes it; none for what is no finite number.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        match Self::scan(text) {
            Scanned::Exact(decimal) => Some(decimal),
            Scanned::TooLong => Self::from_f64(text.parse().ok()?),
            Scanned::Invalid => None,
        }
    }

    /// The decimal that a float means.
    pub(super) fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        // Rust writes the shortest decimal that reads back as the same float.
        match Self::scan(&format!("{value:e}")) {
            Scanned::Exact(decimal) => Some(decimal),
            Scanned::TooLong => match Self::scan(&format!("{value:.14e}")) {
                Scanned::Exact(decimal) => Some(decimal),
                _ => None,
            },
            Scanned::Invalid => None,
        }
    }

    fn scan(text: &str) -> Scanned {
        let bytes = text.as_bytes();
        let (negative, mut at) = match bytes.first() {
            Some(b'-') => (true, 1),
            Some(b'+') => (false, 1),
            _ => (false, 0),
        };
        let mut d = Decimal { negative, ..Decimal::ZERO };
        let (mut seen_digit, mut seen_point, mut zeros) = (false, false, 0i32);
        while let Some(&b) = bytes.get(at) {
            match b {
                b'0'..=b'9' => {
                    seen_digit = true;
                    if b == b'0' {
                        // A zero counts once another digit follows; before the first digit it only moves the point.
                        if d.len == 0 {
                            d.point -= i32::from(seen_point);
                        } else {
                            zeros += 1;
                            d.point += i32::from(!seen_point);
                        }
                    } else {
                        let need = d.len + zeros as usize + 1;
                        if need > SIGNIFICANT {
                            return Scanned::TooLong;
                        }
                        d.digits[need - 1] = b - b'0';
                        d.len = need;
                        zeros = 0;
                        d.point += i32::from(!seen_point);
                    }
                }
                b'.' if !seen_point => seen_point = true,
                b'e' | b'E' if seen_digit => {
                    let Ok(exponent) = text[at + 1..].parse::<i32>() else {
                        return Scanned::Invalid;
                    };
                    if !(-400..=400).contains(&exponent) {
                        return Scanned::TooLong;
                    }
                    d.point += exponent;
                    at = bytes.len();
                    continue;
                }
                _ => return Scanned::Invalid,
            }
            at += 1;
            if at > 2000 {
                return Scanned::TooLong;
            }
        }
        match (seen_digit, d.len) {
            (false, _) => Scanned::Invalid,
            (true, 0) => Scanned::Exact(Decimal::ZERO),
            (true, _) => Scanned::Exact(d),
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.len == 0
    }

    /// Times ten to this power.
    pub(super) fn shifted(mut self, power: i32) -> Self {
        if self.len > 0 {
            self.point += power;
        }
        self
    }

    /// Without its sign.
    pub(super) fn abs(mut self) -> Self {
        self.negative = false;
        self
    }

    /// The power of ten of its first digit, 0 for 1 to 9.99.
    pub(super) fn magnitude(&self) -> i32 {
        self.point - 1
    }

    /// Rounded half away from zero to so many places after the point, and whether that lost anything.
    pub(super) fn rounded(mut self, places: i32) -> (Self, bool) {
        let keep = self.point.saturating_add(places);
        if keep >= self.len as i32 {
            return (self, false);
        }
        if keep < 0 {
            return (Decimal { negative: self.negative, ..Decimal::ZERO }, true);
        }
        let keep = keep as usize;
        let up = self.digits[keep] >= 5;
        self.digits[keep..].fill(0);
        self.len = keep;
        if up {
            let mut at = keep;
            loop {
                if at == 0 {
                    self.digits[0] = 1;
                    self.len = 1;
                    self.point += 1;
                    return (self, true);
                }
                at -= 1;
                if self.digits[at] < 9 {
                    self.digits[at] += 1;
                    self.len = at + 1;
                    break;
                }
                self.digits[at] = 0;
            }
        }
        while self.len > 0 && self.digits[self.len - 1] == 0 {
            self.len -= 1;
        }
        if self.len == 0 {
            self.point = 0;
        }
        (self, true)
    }

    /// The digit at this place: 0 the ones, 1 the tens, -1 the tenths.
    pub(super) fn digit(&self, place: i32) -> u8 {
        let at = self.point - 1 - place;
        if (0..self.len as i32).contains(&at) { self.digits[at as usize] } else { 0 }
    }

    /// Digits before the point; 0 below one.
    pub(super) fn integer_digits(&self) -> i32 {
        if self.len == 0 { 0 } else { self.point.max(0) }
    }

    /// Digits after the point.
    pub(super) fn fraction_digits(&self) -> i32 {
        (self.len as i32 - self.point).max(0)
    }

    /// The number times `factor`, rounded half up to an integer; none where that is no 64-bit number.
    pub(super) fn times(&self, factor: u32) -> Option<i64> {
        let mantissa = self.digits[..self.len].iter().fold(0i128, |n, d| n * 10 + i128::from(*d)) * i128::from(factor);
        let power = self.point - self.len as i32;
        let value = match power {
            0..=18 => mantissa.checked_mul(10i128.pow(power as u32))?,
            -37..=-1 => {
                let unit = 10i128.pow(-power as u32);
                (mantissa + unit / 2) / unit
            }
            p if p < 0 => 0,
            _ => return None,
        };
        i64::try_from(if self.negative { -value } else { value }).ok()
    }

    /// Adds the number as it is written without any format: `0.9877`, `-1234567.5`, `1.5E+30`.
    pub(super) fn push_general(&self, into: &mut String) {
        if self.negative && self.len > 0 {
            into.push('-');
        }
        if self.point > 21 || self.point < -9 {
            self.push_scientific(into);
            return;
        }
        let integer = self.integer_digits();
        if integer == 0 {
            into.push('0');
        }
        for place in (0..integer).rev() {
            into.push(char::from(b'0' + self.digit(place)));
        }
        let fraction = self.fraction_digits();
        if fraction > 0 {
            into.push('.');
        }
        for place in 1..=fraction {
            into.push(char::from(b'0' + self.digit(-place)));
        }
    }

    fn push_scientific(&self, into: &mut String) {
        into.push(char::from(b'0' + self.digits[0]));
        if self.len > 1 {
            into.push('.');
            into.extend(self.digits[1..self.len].iter().map(|d| char::from(b'0' + d)));
        }
        let e = self.magnitude();
        into.push_str(if e < 0 { "E-" } else { "E+" });
        into.push_str(&format!("{:02}", e.unsigned_abs()));
    }

    /// The number as it is written without any format.
    pub(super) fn general(&self) -> String {
        let mut text = String::with_capacity(self.len + 2);
        self.push_general(&mut text);
        text
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let sign = |d: &Decimal| match (d.len, d.negative) {
            (0, _) => 0,
            (_, true) => -1,
            (_, false) => 1,
        };
        sign(self).cmp(&sign(other)).then_with(|| {
            let size = self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits));
            match sign(self) {
                0 => std::cmp::Ordering::Equal,
                -1 => size.reverse(),
                _ => size,
            }
        })
    }
}

enum Scanned {
    Exact(Decimal),
    TooLong,
    Invalid,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn general(text: &str) -> String {
        Decimal::parse(text).unwrap().general()
    }

    #[test]
    fn the_noise_of_floats_is_gone() {
        for (stored, meant) in [
            ("0.98770000000000002", "0.9877"),
            ("0.30000000000000004", "0.3"),
            ("1234567.5", "1234567.5"),
            ("65.659999999999997", "65.66"),
            ("24888140000", "24888140000"),
            ("1E-3", "0.001"),
            ("1.5e30", "1.5E+30"),
            ("-0.0", "0"),
            ("007", "7"),
            ("100", "100"),
            ("1.10", "1.1"),
            ("123456789012345678", "123456789012346000"),
            ("0.1234567890123456789", "0.123456789012346"),
        ] {
            assert_eq!(general(stored), meant, "{stored}");
        }
        for none in ["", "-", ".", "NaN", "inf", "1e", "12a", "1e999"] {
            assert_eq!(Decimal::parse(none), None, "{none}");
        }
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        for (value, places, rounded, lost) in [
            ("98.765", 2, "98.77", true),
            ("98.764", 2, "98.76", true),
            ("98.77", 2, "98.77", false),
            ("99.5", 0, "100", true),
            ("0.4", 0, "0", true),
            ("0.5", 0, "1", true),
            ("1499", -3, "1000", true),
            ("-2.5", 0, "-3", true),
            ("0.001", 1, "0", true),
        ] {
            let (result, was_lost) = Decimal::parse(value).unwrap().rounded(places);
            assert_eq!((result.general().as_str(), was_lost), (rounded, lost), "{value} to {places}");
        }
    }

    #[test]
    fn order_is_that_of_numbers() {
        let d = |t| Decimal::parse(t).unwrap();
        assert!(
            d("-1") < d("0") && d("0") < d("0.5") && d("0.5") < d("10") && d("9.99") < d("10") && d("-10") < d("-9")
        );
        assert_eq!(d("44926.5").times(86_400), Some(3_881_649_600 - 43_200 + 43_200));
    }

    proptest! {
        #[test]
        fn what_was_typed_reads_back(n in -999_999_999_999i64..999_999_999_999, places in 0u32..4) {
            let (whole, rest) = (n.abs() / 10i64.pow(places), n.abs() % 10i64.pow(places));
            let sign = if n < 0 { "-" } else { "" };
            let typed = if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:0w$}", w = places as usize) };
            let float: f64 = typed.parse().unwrap();
            prop_assert_eq!(Decimal::from_f64(float), Decimal::parse(&typed));
        }

        #[test]
        fn no_text_panics(text in "[-+.0-9eE]{0,40}") {
            if let Some(d) = Decimal::parse(&text) {
                let _ = (d.general(), d.rounded(3), d.times(86_400_000));
            }
        }
    }

    #[test]
    fn the_smallest_exponent_that_can_be_written_is_read() {
        assert_eq!(general("1e-2147483648"), "0");
        assert_eq!(Decimal::parse("1e2147483647"), None);
        assert_eq!(Decimal::parse("1e2147483648"), None);
    }
}
