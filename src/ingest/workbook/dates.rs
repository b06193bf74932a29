//! Days counted by spreadsheets, as dates.

use super::decimal::Decimal;

/// Which day a workbook counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Epoch {
    /// 1 is 1900-01-01, and there is a 1900-02-29 (60), which never was: Lotus 1-2-3's mistake, kept ever since.
    #[default]
    Day1900,
    /// 0 is 1904-01-01.
    Day1904,
}

/// A moment, without zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) year: i64,
    pub(super) month: u32,
    pub(super) day: u32,
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) millisecond: u32,
    /// Sunday is 0.
    pub(super) weekday: u32,
    /// Milliseconds since the epoch: spans of time are shown from these.
    pub(super) total_ms: i64,
}

const DAY_MS: i64 = 86_400_000;
/// 9999-12-31, the last day that spreadsheets know.
const LAST_DAY: i64 = 2_958_465;

impl Moment {
    /// The moment of a serial number, to the second or, with `fraction`, the millisecond. None before the epoch or
    /// after the year 9999, where spreadsheets show no date either.
    pub(super) fn of_serial(serial: &Decimal, epoch: Epoch, fraction: bool) -> Option<Self> {
        let total_ms = if fraction { serial.times(DAY_MS as u32)? } else { serial.times(86_400)?.checked_mul(1000)? };
        let (day, ms) = (total_ms.div_euclid(DAY_MS), total_ms.rem_euclid(DAY_MS));
        if !(0..=LAST_DAY).contains(&day) {
            return None;
        }
        // Days since 1970-01-01.
        let (year, month, day_of_month, weekday) = match (epoch, day) {
            (Epoch::Day1900, 0) => (1900, 1, 0, 6),
            (Epoch::Day1900, 60) => (1900, 2, 29, 3),
            (Epoch::Day1900, _) => civil(day - 25_569 + i64::from(day < 60)),
            (Epoch::Day1904, _) => civil(day - 24_107),
        };
        let seconds = (ms / 1000) as u32;
        Some(Moment {
            year,
            month,
            day: day_of_month,
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            millisecond: (ms % 1000) as u32,
            weekday,
            total_ms,
        })
    }

    /// `2021-12-31`, with the time where there is one.
    pub(super) fn iso(&self) -> String {
        let date = format!("{:04}-{:02}-{:02}", self.year, self.month, self.day);
        match (self.hour, self.minute, self.second) {
            (0, 0, 0) => date,
            (h, m, s) => format!("{date}T{h:02}:{m:02}:{s:02}"),
        }
    }
}

/// Year, month, day and weekday of a day counted from 1970-01-01, by the era method for the Gregorian calendar: 400
/// years have 146,097 days, and a year that begins in March has its leap day at its end.
fn civil(days: i64) -> (i64, u32, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * march_month + 2) / 5 + 1) as u32;
    let month = (if march_month < 10 { march_month + 3 } else { march_month - 9 }) as u32;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day, (days + 4).rem_euclid(7) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(serial: &str, epoch: Epoch) -> Option<String> {
        Moment::of_serial(&Decimal::parse(serial).unwrap(), epoch, false).map(|m| m.iso())
    }

    #[test]
    fn serials_are_dates() {
        for (serial, date) in [
            ("1", "1900-01-01"),
            ("59", "1900-02-28"),
            ("60", "1900-02-29"),
            ("61", "1900-03-01"),
            ("44561", "2021-12-31"),
            ("44561.5", "2021-12-31T12:00:00"),
            ("43890", "2020-02-29"),
            ("2958465", "9999-12-31"),
        ] {
            assert_eq!(iso(serial, Epoch::Day1900).as_deref(), Some(date), "{serial}");
        }
        assert_eq!(iso("43099", Epoch::Day1904).as_deref(), Some("2021-12-31"));
        assert_eq!(iso("2958466", Epoch::Day1900), None);
        assert_eq!(iso("-1", Epoch::Day1900), None);
        assert_eq!(iso("1e300", Epoch::Day1900), None);
    }

    #[test]
    fn weekdays() {
        let friday = Moment::of_serial(&Decimal::parse("44561").unwrap(), Epoch::Day1900, false).unwrap();
        assert_eq!(friday.weekday, 5);
    }
}
