//! Number formats: what a person saw in a cell. A format code (`#,##0.00;[Red]-#,##0.00`) is read once into sections
//! and applied to each stored number. The language is that of ECMA-376 part 1, 18.8.31, with what Excel in Chinese
//! adds: `!` before a literal, `上午/下午`, `aaaa` for weekdays, `[DBNum1]`.

use super::dates::{Epoch, Moment};
use super::decimal::Decimal;
use std::cmp::Ordering;

/// Longest code that is read, in bytes; Excel allows 255 characters.
const LONGEST_CODE: usize = 1024;
/// Longest text that a format makes of a shorter one, in bytes; a cell of Excel holds 32,767 characters. A code of many
/// `@` would multiply a long text.
const LONGEST_SHOWN: usize = 1 << 17;

/// A format, ready to apply.
#[derive(Debug, Clone)]
pub(super) struct NumberFormat {
    sections: Vec<Section>,
    text: Option<Section>,
    is_general: bool,
}

/// What is shown, and the stored value where that is more than is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) exact: Option<String>,
}

#[derive(Debug, Clone, Default)]
struct Section {
    condition: Option<(Vec<Ordering>, Decimal)>,
    tokens: Vec<Token>,
    kind: Kind,
    percents: i32,
    thousands: bool,
    /// Commas at the end of the integer part: thousands that are left off.
    scale: i32,
    integer_places: usize,
    fraction_places: usize,
    chinese_digits: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    /// Literals alone.
    #[default]
    Literal,
    General,
    Number,
    Scientific,
    /// `# ?/?`
    Fraction,
    Date,
    Text,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(String),
    /// `0`, `#` or `?`
    Place(char),
    Point,
    Exponent {
        plus: bool,
    },
    General,
    Text,
    Year(usize),
    Month(usize),
    Day(usize),
    Weekday {
        long: bool,
    },
    Hour(usize),
    Minute(usize),
    Second(usize),
    SecondFraction(usize),
    Elapsed(char, usize),
    HalfDay([&'static str; 2]),
}

impl NumberFormat {
    /// Reads a format code.
    pub(super) fn parse(code: &str) -> Self {
        if code.is_empty() || code.eq_ignore_ascii_case("general") || code.len() > LONGEST_CODE {
            return NumberFormat { sections: Vec::new(), text: None, is_general: true };
        }
        let mut sections: Vec<Section> = split_sections(code).into_iter().map(Section::parse).collect();
        let text_at = match sections.len() {
            4.. => Some(3),
            _ => sections.iter().rposition(|s| s.kind == Kind::Text),
        };
        let mut text = text_at.map(|at| sections.remove(at));
        sections.truncate(3);
        // `@` alone makes numbers show as they are.
        let is_general = sections.is_empty();
        text = text.filter(|t| t.tokens.len() > 1 || t.tokens.first() != Some(&Token::Text));
        NumberFormat { sections, text, is_general }
    }

    /// The format that a built-in id stands for: ECMA-376 part 1, 18.8.30, with the forms of Excel in Chinese where
    /// those differ by language.
    pub(super) fn built_in(id: u32) -> &'static str {
        match id {
            1 => "0",
            2 => "0.00",
            3 => "#,##0",
            4 => "#,##0.00",
            5 => "\"¥\"#,##0;\"¥\"-#,##0",
            6 => "\"¥\"#,##0;[Red]\"¥\"-#,##0",
            7 => "\"¥\"#,##0.00;\"¥\"-#,##0.00",
            8 => "\"¥\"#,##0.00;[Red]\"¥\"-#,##0.00",
            9 => "0%",
            10 => "0.00%",
            11 => "0.00E+00",
            12 => "# ?/?",
            13 => "# ??/??",
            14 => "yyyy/m/d",
            15 => "d-mmm-yy",
            16 => "d-mmm",
            17 => "mmm-yy",
            18 => "h:mm AM/PM",
            19 => "h:mm:ss AM/PM",
            20 => "h:mm",
            21 => "h:mm:ss",
            22 => "yyyy/m/d h:mm",
            27 | 36 | 50 | 52 | 57 => "yyyy\"年\"m\"月\"",
            28 | 29 | 51 | 53 | 54 | 58 => "m\"月\"d\"日\"",
            30 => "m-d-yy",
            31 => "yyyy\"年\"m\"月\"d\"日\"",
            32 => "h\"时\"mm\"分\"",
            33 => "h\"时\"mm\"分\"ss\"秒\"",
            34 | 55 => "上午/下午h\"时\"mm\"分\"",
            35 | 56 => "上午/下午h\"时\"mm\"分\"ss\"秒\"",
            37 => "#,##0;-#,##0",
            38 => "#,##0;[Red]-#,##0",
            39 => "#,##0.00;-#,##0.00",
            40 => "#,##0.00;[Red]-#,##0.00",
            41 | 42 => "#,##0;-#,##0;\"-\"",
            43 | 44 => "#,##0.00;-#,##0.00;\"-\"??",
            45 => "mm:ss",
            46 => "[h]:mm:ss",
            47 => "mm:ss.0",
            48 => "##0.0E+0",
            49 => "@",
            _ => "General",
        }
    }

    /// A stored number as it is shown.
    pub(super) fn show(&self, value: &Decimal, epoch: Epoch) -> Shown {
        if self.is_general {
            return Shown { text: value.general(), exact: None };
        }
        let Some((section, signed)) = self.section_for(value) else {
            return Shown { text: value.general(), exact: None };
        };
        section.show(value, signed, epoch).unwrap_or_else(|| Shown { text: value.general(), exact: None })
    }

    /// A stored text as it is shown; none where that is the text itself.
    pub(super) fn show_text(&self, text: &str) -> Option<String> {
        let section = self.text.as_ref()?;
        let mut shown = String::new();
        for token in &section.tokens {
            match token {
                Token::Literal(l) => shown.push_str(l),
                Token::Text | Token::General if shown.is_empty() || shown.len() + text.len() <= LONGEST_SHOWN => {
                    shown.push_str(text);
                }
                _ => return None,
            }
        }
        Some(shown)
    }

    /// The section for this number, and whether it still needs its sign: a section for negative numbers alone says
    /// itself how they are marked.
    fn section_for(&self, value: &Decimal) -> Option<(&Section, bool)> {
        let sections = &self.sections;
        if sections.iter().any(|s| s.condition.is_some()) {
            let fits =
                |s: &&Section| s.condition.as_ref().is_none_or(|(orders, bound)| orders.contains(&value.cmp(bound)));
            let section = sections.iter().find(fits)?;
            let only_negative = section.condition.as_ref().is_some_and(|(orders, bound)| {
                !orders.contains(&Ordering::Greater) && (bound.negative || bound.is_zero())
            });
            return Some((section, !only_negative));
        }
        let negative = value.negative && !value.is_zero();
        match (sections.len(), negative, value.is_zero()) {
            (0, ..) => None,
            (1, ..) => Some((&sections[0], true)),
            (_, true, _) => Some((&sections[1], false)),
            (3.., _, true) => Some((&sections[2], false)),
            _ => Some((&sections[0], false)),
        }
    }
}

/// The code's sections, split at `;` outside quotes, brackets and escapes.
fn split_sections(code: &str) -> Vec<&str> {
    let mut sections = Vec::new();
    let (mut from, mut quoted, mut bracketed, mut escaped) = (0, false, false, false);
    for (at, c) in code.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '!' | '_' | '*' => escaped = true,
            '[' => bracketed = true,
            ']' => bracketed = false,
            ';' if !bracketed => {
                sections.push(&code[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    sections.push(&code[from..]);
    sections
}

impl Section {
    fn parse(code: &str) -> Self {
        let mut section = Section::default();
        let mut rest = code;
        while let Some(c) = rest.chars().next() {
            let mut taken = c.len_utf8();
            let run = |letter: char| rest.chars().take_while(|x| x.eq_ignore_ascii_case(&letter)).count();
            let literal_at = |from: usize| rest[from..].chars().next().map(|l| (l, from + l.len_utf8()));
            match c {
                '"' => {
                    let end = rest[1..].find('"').map_or(rest.len(), |e| e + 1);
                    section.push_literal(&rest[1..end]);
                    taken = (end + 1).min(rest.len());
                }
                '\\' | '!' => {
                    if let Some((l, end)) = literal_at(1) {
                        section.push_literal(l.encode_utf8(&mut [0; 4]));
                        taken = end;
                    }
                }
                // As wide as the next character, or filled with it: on paper, a gap.
                '_' | '*' => {
                    if let Some((_, end)) = literal_at(1) {
                        if c == '_' {
                            section.push_literal(" ");
                        }
                        taken = end;
                    }
                }
                '[' => {
                    let end = rest.find(']').unwrap_or(rest.len());
                    section.bracket(&rest[1..end]);
                    taken = (end + 1).min(rest.len());
                }
                '0' | '#' | '?' => section.tokens.push(Token::Place(c)),
                '.' if section
                    .tokens
                    .iter()
                    .rev()
                    .find(|t| !matches!(t, Token::Literal(_)))
                    .is_some_and(Token::is_second) =>
                {
                    let zeros = rest[1..].chars().take_while(|z| *z == '0').count();
                    if zeros > 0 {
                        section.tokens.push(Token::SecondFraction(zeros));
                        taken = 1 + zeros;
                    } else {
                        section.push_literal(".");
                    }
                }
                '.' => section.tokens.push(Token::Point),
                ',' => section.comma(&rest[1..]),
                '%' => {
                    section.percents += 1;
                    section.push_literal("%");
                }
                'E' | 'e' if rest[1..].starts_with(['+', '-']) => {
                    section.tokens.push(Token::Exponent { plus: rest[1..].starts_with('+') });
                    taken = 2;
                }
                '@' => section.tokens.push(Token::Text),
                _ if has_prefix(rest, "general") => {
                    section.tokens.push(Token::General);
                    taken = "general".len();
                }
                _ if rest.starts_with("上午/下午") => {
                    section.tokens.push(Token::HalfDay(["上午", "下午"]));
                    taken = "上午/下午".len();
                }
                _ if has_prefix(rest, "am/pm") => {
                    section.tokens.push(Token::HalfDay(["AM", "PM"]));
                    taken = "am/pm".len();
                }
                _ if has_prefix(rest, "a/p") => {
                    section.tokens.push(Token::HalfDay(["A", "P"]));
                    taken = "a/p".len();
                }
                'a' | 'A' if run('a') >= 3 => {
                    taken = run('a');
                    section.tokens.push(Token::Weekday { long: taken > 3 });
                }
                'y' | 'Y' | 'e' | 'E' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => {
                    taken = run(c);
                    let n = taken;
                    section.tokens.push(match c.to_ascii_lowercase() {
                        'y' => Token::Year(n),
                        'e' => Token::Year(4),
                        'm' => Token::Month(n),
                        'd' => Token::Day(n),
                        'h' => Token::Hour(n),
                        _ => Token::Second(n),
                    });
                }
                _ => section.push_literal(&rest[..taken]),
            }
            rest = &rest[taken..];
        }
        section.tell_minutes_from_months();
        section.measure();
        section
    }

    fn push_literal(&mut self, text: &str) {
        match self.tokens.last_mut() {
            Some(Token::Literal(l)) => l.push_str(text),
            _ if text.is_empty() => {}
            _ => self.tokens.push(Token::Literal(text.to_owned())),
        }
    }

    /// A comma between places groups thousands; behind the last place before the point it leaves thousands off.
    fn comma(&mut self, after: &str) {
        let after_place = self.tokens.iter().any(|t| matches!(t, Token::Place(_)));
        let in_fraction = self.tokens.contains(&Token::Point);
        let next = after.trim_start_matches(',').chars().find(|c| !matches!(c, '"' | '\\' | '!' | '_' | '*'));
        match () {
            () if !after_place => self.push_literal(","),
            () if !in_fraction && matches!(next, Some('0' | '#' | '?')) => self.thousands = true,
            () => self.scale += 1,
        }
    }

    /// `[Red]`, `[>=100]`, `[$¥-804]`, `[h]`, `[DBNum1]`.
    fn bracket(&mut self, inside: &str) {
        let unit = inside.chars().next().map(|c| c.to_ascii_lowercase());
        if let (Some(unit @ ('h' | 'm' | 's')), true) =
            (unit, inside.chars().all(|c| Some(c.to_ascii_lowercase()) == unit))
        {
            self.tokens.push(Token::Elapsed(unit, inside.len()));
        } else if let Some(money) = inside.strip_prefix('$') {
            let (sign, locale) = money.split_once('-').unwrap_or((money, ""));
            self.push_literal(sign);
            // The system's own long date and time.
            if locale.eq_ignore_ascii_case("F800") {
                self.kind = Kind::Date;
            }
        } else if inside.len() >= 5 && has_prefix(inside, "dbnum") {
            self.chinese_digits = inside.ends_with('1');
        } else {
            let signs = inside.chars().take_while(|c| matches!(c, '<' | '>' | '=')).count();
            let orders = match &inside[..signs] {
                ">" => vec![Ordering::Greater],
                "<" => vec![Ordering::Less],
                "=" => vec![Ordering::Equal],
                ">=" => vec![Ordering::Greater, Ordering::Equal],
                "<=" => vec![Ordering::Less, Ordering::Equal],
                "<>" => vec![Ordering::Less, Ordering::Greater],
                _ => return,
            };
            self.condition = Decimal::parse(&inside[signs..]).map(|bound| (orders, bound));
        }
    }

    /// `m` is minutes behind hours and before seconds, months elsewhere.
    fn tell_minutes_from_months(&mut self) {
        let timed: Vec<usize> = (0..self.tokens.len()).filter(|i| self.tokens[*i].is_time()).collect();
        for (k, &i) in timed.iter().enumerate() {
            if let Token::Month(n @ 1..=2) = self.tokens[i] {
                let before = k.checked_sub(1).map(|b| &self.tokens[timed[b]]);
                let after = timed.get(k + 1).map(|a| &self.tokens[*a]);
                let is_minute = matches!(before, Some(Token::Hour(_) | Token::Elapsed('h', _)))
                    || after.is_some_and(Token::is_second);
                if is_minute {
                    self.tokens[i] = Token::Minute(n);
                }
            }
        }
    }

    fn measure(&mut self) {
        let system_date = self.kind == Kind::Date;
        let has = |test: fn(&Token) -> bool| self.tokens.iter().any(test);
        let point = self.tokens.iter().position(|t| *t == Token::Point);
        let exponent = self.tokens.iter().position(|t| matches!(t, Token::Exponent { .. }));
        let end = exponent.unwrap_or(self.tokens.len());
        let places = |tokens: &[Token]| tokens.iter().filter(|t| matches!(t, Token::Place(_))).count();
        let split = point.unwrap_or(end).min(end);
        self.integer_places = places(&self.tokens[..split]);
        self.fraction_places = places(&self.tokens[split..end]);
        let is_fraction = has(|t| matches!(t, Token::Literal(l) if l.contains('/'))) && self.integer_places > 1;
        self.kind = match () {
            () if system_date => {
                self.tokens = Section::parse(NumberFormat::built_in(31)).tokens;
                Kind::Date
            }
            () if has(Token::is_time) || has(|t| matches!(t, Token::HalfDay(_) | Token::Weekday { .. })) => Kind::Date,
            () if has(|t| *t == Token::Text) => Kind::Text,
            () if has(|t| *t == Token::General) => Kind::General,
            () if exponent.is_some() => Kind::Scientific,
            () if is_fraction => Kind::Fraction,
            () if has(|t| matches!(t, Token::Place(_))) => Kind::Number,
            () => Kind::Literal,
        };
    }

    /// None where the section cannot show the number.
    fn show(&self, value: &Decimal, signed: bool, epoch: Epoch) -> Option<Shown> {
        let mut text = String::new();
        if signed && value.negative && self.kind != Kind::Date {
            text.push('-');
        }
        let magnitude = value.abs();
        let lost = match self.kind {
            Kind::Date => return self.show_date(value, epoch),
            Kind::Fraction | Kind::Text => return None,
            Kind::General => {
                for token in &self.tokens {
                    match token {
                        Token::Literal(l) => text.push_str(l),
                        _ => magnitude.push_general(&mut text),
                    }
                }
                false
            }
            Kind::Literal => {
                self.tokens.iter().for_each(|t| {
                    if let Token::Literal(l) = t {
                        text.push_str(l);
                    }
                });
                // `"—"` for zero says so; for anything else the number is hidden.
                !value.is_zero()
            }
            Kind::Number => {
                let scaled = magnitude.shifted(2 * self.percents - 3 * self.scale);
                let (rounded, lost) = scaled.rounded(self.fraction_places as i32);
                self.push_number(&rounded, self.tokens.len(), &mut text);
                lost
            }
            Kind::Scientific => {
                let step = self.integer_places.max(1) as i32;
                let mut exponent = if value.is_zero() { 0 } else { magnitude.magnitude().div_euclid(step) * step };
                let (mut rounded, lost) = magnitude.shifted(-exponent).rounded(self.fraction_places as i32);
                if rounded.integer_digits() > step {
                    exponent += step;
                    rounded = rounded.shifted(-step);
                }
                let at = self.tokens.iter().position(|t| matches!(t, Token::Exponent { .. }))?;
                self.push_number(&rounded, at, &mut text);
                let width = self.tokens[at..].iter().filter(|t| matches!(t, Token::Place('0'))).count();
                let sign = match &self.tokens[at] {
                    _ if exponent < 0 => "-",
                    Token::Exponent { plus: true } => "+",
                    _ => "",
                };
                text.push_str(&format!("E{sign}{:0width$}", exponent.unsigned_abs()));
                for token in &self.tokens[at..] {
                    if let Token::Literal(l) = token {
                        text.push_str(l);
                    }
                }
                lost
            }
        };
        Some(Shown { text, exact: lost.then(|| value.general()) })
    }

    /// Lays a number's digits on the places of the first `end` tokens.
    fn push_number(&self, number: &Decimal, end: usize, into: &mut String) {
        let tokens = &self.tokens[..end];
        let point = tokens.iter().position(|t| *t == Token::Point);
        // The integer part from the right, so that each place takes its digit; the first place takes all the rest.
        let mut reversed: Vec<char> = Vec::new();
        let mut place = 0i32;
        let mut places_left = self.integer_places;
        let digits = number.integer_digits();
        let push_digit = |reversed: &mut Vec<char>, place: i32| {
            if self.thousands && place > 0 && place % 3 == 0 {
                reversed.push(',');
            }
            reversed.push(char::from(b'0' + number.digit(place)));
        };
        if places_left == 0 {
            (0..digits).for_each(|p| push_digit(&mut reversed, p));
        }
        for token in tokens[..point.unwrap_or(tokens.len())].iter().rev() {
            match token {
                Token::Literal(l) => reversed.extend(l.chars().rev()),
                Token::Place(kind) => {
                    places_left -= 1;
                    if place < digits || *kind == '0' {
                        push_digit(&mut reversed, place);
                    } else if *kind == '?' {
                        reversed.push(' ');
                    }
                    place += 1;
                    if places_left == 0 {
                        (place..digits).for_each(|p| push_digit(&mut reversed, p));
                    }
                }
                _ => {}
            }
        }
        into.extend(reversed.into_iter().rev());
        let Some(point) = point else { return };
        let shown = number.fraction_digits();
        let mut place = 0;
        for token in &tokens[point..] {
            match token {
                Token::Point => into.push('.'),
                Token::Literal(l) => into.push_str(l),
                Token::Place(kind) => {
                    place += 1;
                    if place <= shown || *kind == '0' {
                        into.push(char::from(b'0' + number.digit(-place)));
                    } else if *kind == '?' {
                        into.push(' ');
                    }
                }
                _ => {}
            }
        }
    }

    fn show_date(&self, value: &Decimal, epoch: Epoch) -> Option<Shown> {
        let fraction = self.tokens.iter().any(|t| matches!(t, Token::SecondFraction(_)));
        let m = Moment::of_serial(value, epoch, fraction)?;
        let half_day = self.tokens.iter().any(|t| matches!(t, Token::HalfDay(_)));
        let mut text = String::new();
        let (mut has_year, mut has_month, mut has_day, mut has_time) = (false, false, false, false);
        for token in &self.tokens {
            match token {
                Token::Literal(l) => text.push_str(l),
                Token::Year(n) => {
                    has_year = true;
                    if *n <= 2 {
                        self.push_count(&mut text, m.year % 100, 2, true);
                    } else {
                        self.push_count(&mut text, m.year, 4, true);
                    }
                }
                Token::Month(n) => {
                    has_month = true;
                    match *n {
                        1 | 2 => self.push_count(&mut text, m.month.into(), *n, false),
                        3 => text.extend(MONTHS.get(m.month as usize - 1).map(|name| &name[..3])),
                        5 => text.extend(MONTHS.get(m.month as usize - 1).map(|name| &name[..1])),
                        _ => text.extend(MONTHS.get(m.month as usize - 1).copied()),
                    }
                }
                Token::Day(n) => match *n {
                    1 | 2 => {
                        has_day = true;
                        self.push_count(&mut text, m.day.into(), *n, false);
                    }
                    3 => text.extend(WEEKDAYS.get(m.weekday as usize).map(|name| &name[..3])),
                    _ => text.extend(WEEKDAYS.get(m.weekday as usize).copied()),
                },
                Token::Weekday { long } => {
                    if *long {
                        text.push_str("星期");
                    }
                    text.extend("日一二三四五六".chars().nth(m.weekday as usize));
                }
                Token::Hour(n) => {
                    has_time = true;
                    let hour = if half_day { (m.hour + 11) % 12 + 1 } else { m.hour };
                    self.push_count(&mut text, hour.into(), *n, false);
                }
                Token::Minute(n) => self.push_count(&mut text, m.minute.into(), *n, false),
                Token::Second(n) => self.push_count(&mut text, m.second.into(), *n, false),
                Token::SecondFraction(n) => {
                    text.push('.');
                    text.push_str(&format!("{:03}000", m.millisecond)[..(*n).min(6)]);
                }
                Token::Elapsed(unit, n) => {
                    has_time = true;
                    let unit_ms = match unit {
                        'h' => 3_600_000,
                        'm' => 60_000,
                        _ => 1000,
                    };
                    self.push_count(&mut text, m.total_ms / unit_ms, *n, false);
                }
                Token::HalfDay(names) => text.push_str(names[usize::from(m.hour >= 12)]),
                Token::Place(_) | Token::Point | Token::Exponent { .. } | Token::General | Token::Text => {}
            }
        }
        let whole = has_year && has_month && has_day || has_time;
        Some(Shown { text, exact: (!whole).then(|| m.iso()) })
    }

    /// A count of at least so many digits; with `[DBNum1]` in Chinese, years digit by digit (二〇二一), others as read.
    fn push_count(&self, into: &mut String, n: i64, digits: usize, digit_by_digit: bool) {
        if !self.chinese_digits {
            into.push_str(&format!("{n:0digits$}"));
            return;
        }
        let chinese = |d: i64| "〇一二三四五六七八九".chars().nth(d as usize);
        if digit_by_digit || n >= 100 {
            into.extend(format!("{n:0digits$}").bytes().filter_map(|d| chinese((d - b'0').into())));
            return;
        }
        let (tens, ones) = (n / 10, n % 10);
        if tens > 1 {
            into.extend(chinese(tens));
        }
        if tens > 0 {
            into.push('十');
        }
        if ones > 0 || tens == 0 {
            into.extend(chinese(ones));
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl Token {
    fn is_second(&self) -> bool {
        matches!(self, Token::Second(_) | Token::Elapsed('s', _))
    }

    fn is_time(&self) -> bool {
        matches!(
            self,
            Token::Year(_)
                | Token::Month(_)
                | Token::Day(_)
                | Token::Hour(_)
                | Token::Minute(_)
                | Token::Second(_)
                | Token::Elapsed(..)
        )
    }
}

/// Does the text begin so, letter case aside?
fn has_prefix(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|t| t.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn show(code: &str, value: &str) -> (String, Option<String>) {
        let shown = NumberFormat::parse(code).show(&Decimal::parse(value).unwrap(), Epoch::Day1900);
        (shown.text.trim().to_owned(), shown.exact)
    }

    #[test]
    fn numbers_are_shown_as_a_person_saw_them() {
        for (code, value, text) in [
            ("0.00%", "0.9877", "98.77%"),
            ("0.00%", "0.98770000000000002", "98.77%"),
            ("0%", "1", "100%"),
            ("#,##0.00", "1234567.5", "1,234,567.50"),
            ("#,##0", "999", "999"),
            ("#,##0.00_ ", "0", "0.00"),
            ("0_ ;[Red]\\-0\\ ", "-5", "-5"),
            ("0.00;(0.00)", "-3", "(3.00)"),
            ("[Red]-0.0", "2", "-2.0"),
            ("0.00;[Red]0.00", "-1.5", "1.50"),
            ("0\"万元\"", "12", "12万元"),
            ("0.00\"万元\"", "620.82", "620.82万元"),
            ("General", "0.1", "0.1"),
            ("General\"人\"", "266627", "266627人"),
            ("GENERAL", "-7", "-7"),
            ("@", "3.5", "3.5"),
            ("#", "0", ""),
            ("#.##", "5", "5."),
            ("0.0#", "5", "5.0"),
            ("000", "7", "007"),
            ("0,000", "7", "0,007"),
            ("#,##0,", "1234000", "1,234"),
            ("0.00E+00", "12345", "1.23E+04"),
            ("0.0E+0", "99999", "1.0E+5"),
            ("##0.0E+0", "12345", "12.3E+3"),
            ("_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", "1234.5", "1,234.50"),
            ("_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", "-1234.5", "-1,234.50"),
            ("_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", "0", "-"),
            ("[>=100]0\"多\";0\"少\"", "150", "150多"),
            ("[>=100]0\"多\";0\"少\"", "50", "50少"),
            ("[$¥-804]#,##0.00", "5", "¥5.00"),
            ("# ?/?", "0.5", "0.5"),
            ("≥0%", "0.9", "≥90%"),
            ("0\"%\"", "98", "98%"),
            ("-0.00", "1", "-1.00"),
            ("0.00", "-1", "-1.00"),
            (".00", "0.5", ".50"),
            (".00", "12.5", "12.50"),
        ] {
            assert_eq!(show(code, value).0, text, "{code} of {value}");
        }
    }

    #[test]
    fn wan_with_a_point_between_the_digits() {
        // A common trick: thousands are left off, and a point is set before the last digit: ten thousands.
        assert_eq!(show("0!.0,\"万\"", "12345"), ("1.2万".into(), Some("12345".into())));
        assert_eq!(show("0\\.0,", "100000"), ("10.0".into(), None));
    }

    #[test]
    fn what_rounding_hides_is_kept_beside() {
        assert_eq!(show("0", "98.77"), ("99".into(), Some("98.77".into())));
        assert_eq!(show("0.00%", "0.98765"), ("98.77%".into(), Some("0.98765".into())));
        assert_eq!(show("0.00", "98.7"), ("98.70".into(), None));
        assert_eq!(show("0;-0;;@", "0"), (String::new(), None));
        assert_eq!(show(";;;", "5"), (String::new(), Some("5".into())));
    }

    #[test]
    fn dates() {
        for (code, value, text) in [
            ("yyyy\"年\"m\"月\"d\"日\"", "44561", "2021年12月31日"),
            ("yyyy-mm-dd", "44561", "2021-12-31"),
            ("yyyy/m/d h:mm", "44561.75", "2021/12/31 18:00"),
            ("m/d/yy", "44561", "12/31/21"),
            ("mm:ss", "0.5", "00:00"),
            ("h:mm AM/PM", "0.75", "6:00 PM"),
            ("上午/下午h\"时\"mm\"分\"", "0.25", "上午6时00分"),
            ("[h]:mm", "1.5", "36:00"),
            ("[$-804]aaaa", "44561", "星期五"),
            ("d-mmm-yy", "44561", "31-Dec-21"),
            ("[DBNum1][$-804]yyyy\"年\"m\"月\"d\"日\"", "44561", "二〇二一年十二月三十一日"),
            ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "44561", "2021年12月31日"),
            ("yyyy\\.mm", "44561", "2021.12"),
            ("mm:ss.0", "0.0000058", "00:00.5"),
        ] {
            assert_eq!(show(code, value).0, text, "{code} of {value}");
        }
        assert_eq!(show("m\"月\"", "44561"), ("12月".into(), Some("2021-12-31".into())));
        assert_eq!(show("yyyy", "-5").0, "-5");
    }

    #[test]
    fn texts_pass_unless_the_format_adds_to_them() {
        assert_eq!(NumberFormat::parse("0.00").show_text("甲"), None);
        assert_eq!(NumberFormat::parse("@").show_text("甲"), None);
        assert_eq!(NumberFormat::parse("@\"元\"").show_text("三").as_deref(), Some("三元"));
    }

    proptest! {
        #[test]
        fn no_code_panics(code in "[-0#?.,;%@\"\\\\!_*\\[\\]$>=<a-hmsyEDN年 ]{0,30}", value in -1e12f64..1e12) {
            let format = NumberFormat::parse(&code);
            format.show(&Decimal::from_f64(value).unwrap(), Epoch::Day1900);
            format.show_text("文");
        }

        #[test]
        fn two_places_show_two_places(cents in 0i64..10_000_000_000) {
            let value = Decimal::parse(&format!("{}.{:02}", cents / 100, cents % 100)).unwrap();
            let shown = NumberFormat::parse("#,##0.00").show(&value, Epoch::Day1900);
            prop_assert_eq!(shown.text.replace(',', ""), format!("{}.{:02}", cents / 100, cents % 100));
            prop_assert_eq!(shown.exact, None);
        }
    }

    #[test]
    fn a_format_does_not_multiply_a_long_text() {
        assert_eq!(NumberFormat::parse("@\"-\"@").show_text("ab").as_deref(), Some("ab-ab"));
        let long = "x".repeat(1 << 20);
        assert_eq!(NumberFormat::parse(&"@".repeat(1000)).show_text(&long), None);
        assert_eq!(NumberFormat::parse("@\"元\"").show_text(&long).map(|t| t.len()), Some(long.len() + "元".len()));
    }
}
