//! Sizes, durations and times as people write them on a command line.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// `500000`, `200MB`, `1.5GiB`, in bytes.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text)?;
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" | "k" => 1000,
        "mb" | "m" => 1_000_000,
        "gb" | "g" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err(format!("{unit:?} is no unit of size; KB, MB, GB, KiB, MiB, GiB are")),
    };
    times(number, factor)
}

/// `90s`, `500ms`, `5min`, `2h`, `3d`; a bare number is seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text)?;
    let milliseconds: u64 = match unit.to_ascii_lowercase().as_str() {
        "ms" => 1,
        "" | "s" => 1000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(format!("{unit:?} is no unit of time; ms, s, min, h, d are")),
    };
    times(number, milliseconds).map(Duration::from_millis)
}

/// A number from 0 to 1: `0.8`.
pub(super) fn confidence(text: &str) -> Result<rust_decimal::Decimal, String> {
    let number: rust_decimal::Decimal =
        text.trim().parse().map_err(|_| "a number from 0 to 1 is expected".to_owned())?;
    let within = (rust_decimal::Decimal::ZERO..=rust_decimal::Decimal::ONE).contains(&number);
    within.then_some(number).ok_or_else(|| "a confidence lies between 0 and 1".to_owned())
}

/// A day, a minute of a day (UTC), or a duration before now.
pub(super) fn since(text: &str) -> Result<SystemTime, String> {
    if let Some(seconds) = calendar(text) {
        return Ok(UNIX_EPOCH + Duration::from_secs(seconds));
    }
    let ago = duration(text.trim_end_matches(" ago"))
        .map_err(|_| "neither a date (2024-05-31, 2024-05-31T18:00) nor a duration (36h)".to_owned())?;
    Ok(SystemTime::now().checked_sub(ago).unwrap_or(UNIX_EPOCH))
}

fn split(text: &str) -> Result<(&str, &str), String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    if number.is_empty() { Err("a number is missing".into()) } else { Ok((number, unit.trim())) }
}

/// A decimal number times a factor, without floats: `1.5` × 1000.
fn times(number: &str, factor: u64) -> Result<u64, String> {
    let number: rust_decimal::Decimal = number.parse().map_err(|_| format!("{number:?} is no number"))?;
    let product = number.checked_mul(factor.into()).ok_or("too large")?;
    u64::try_from(product.trunc()).map_err(|_| "too large".into())
}

/// Seconds from 1970 to `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM[:SS][Z]`, UTC.
fn calendar(text: &str) -> Option<u64> {
    let text = text.trim().trim_end_matches('Z');
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let mut parts = day.splitn(3, '-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let mut parts = time.splitn(3, ':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let lengths = [31, 28 + u64::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let month = usize::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
    if !(1970..=9999).contains(&year) || day == 0 || day > lengths[month - 1] || hour > 23 || minute > 59 || second > 60
    {
        return None;
    }
    let before = year - 1;
    // Days up to the end of the year before, less those up to the end of 1969.
    let days = before * 365 + before / 4 - before / 100 + before / 400 - 719_162;
    let days = days + lengths[..month - 1].iter().sum::<u64>() + day - 1;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_durations() {
        assert_eq!(size("1GB"), Ok(1_000_000_000));
        assert_eq!(size("1.5 MiB"), Ok(1_572_864));
        assert_eq!(size("2147483648"), Ok(2_147_483_648));
        assert!(size("many").is_err() && size("1 stone").is_err() && size("99999999999999 GB").is_err());
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("2min"), Ok(Duration::from_secs(120)));
        assert_eq!(duration("60"), Ok(Duration::from_secs(60)));
    }

    #[test]
    fn days_are_counted_as_date_does() {
        // `date -u -d … +%s`
        assert_eq!(calendar("1970-01-01"), Some(0));
        assert_eq!(calendar("2000-02-29"), Some(951_782_400));
        assert_eq!(calendar("2024-05-31T18:00"), Some(1_717_178_400));
        assert_eq!(calendar("2023-02-29"), None);
        assert_eq!(calendar("36h"), None);
        assert!(since("36h").is_ok() && since("2024-05-31").is_ok() && since("soon").is_err());
    }
}
