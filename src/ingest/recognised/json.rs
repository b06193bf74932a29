//! JSON as recognition programs leave it: strict JSON, and what Python prints of the same values (`'text'`, `(1, 2)`,
//! `None`, `nan`). A file that breaks off or goes wrong somewhere gives what stood before.
//!
//! Not serde_json, because that gives all or nothing, knows no Python and keeps every number as a text. Nesting is
//! followed on a stack of its own and bounded; so is the number of values.

use crate::ingest::Limits;
use std::borrow::Cow;

/// One value. Texts without escapes borrow from the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    /// Finite, or it would be [`Json::Null`]: places and scores only, never a value of a form.
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Map(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// What there was before the reading ended.
#[derive(Debug)]
pub(super) struct Parsed<'a> {
    /// The value; several one after the other are a list.
    pub(super) value: Json<'a>,
    /// Why reading ended before the text did.
    pub(super) damage: Option<String>,
}

impl<'a> Json<'a> {
    /// The value under a key; `row_index` finds `rowIndex` and `RowIndex`, since each service's libraries write the
    /// same key in their language's way.
    pub(super) fn get(&self, key: &str) -> Option<&Json<'a>> {
        self.entries().iter().find(|(name, _)| same_key(name, key)).map(|(_, value)| value)
    }

    /// The first of these keys that is there and not null.
    pub(super) fn any(&self, keys: &[&str]) -> Option<&Json<'a>> {
        keys.iter().find_map(|key| self.get(key).filter(|value| **value != Json::Null))
    }

    /// The value at the end of a path of keys.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Json<'a>> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Json<'a>] {
        if let Json::List(items) = self { items } else { &[] }
    }

    /// The items of the list under a key.
    pub(super) fn list(&self, key: &str) -> &[Json<'a>] {
        self.get(key).map_or(&[], Json::items)
    }

    /// Keys and values of a map, as written; none of anything else.
    pub(super) fn entries(&self) -> &[(Cow<'a, str>, Json<'a>)] {
        if let Json::Map(entries) = self { entries } else { &[] }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Json::Text(text) = self { Some(text) } else { None }
    }

    /// The text under a key.
    pub(super) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// A number, or a text that says one.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Json::Number(number) => Some(*number),
            Json::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// The number under a key.
    pub(super) fn number_of(&self, key: &str) -> Option<f64> {
        self.get(key)?.number()
    }

    /// A number to count or point with, under a key; none where it is negative, broken or beyond 2³¹.
    pub(super) fn count_of(&self, key: &str) -> Option<usize> {
        self.get(key)?.count()
    }

    /// A number to count or point with.
    pub(super) fn count(&self) -> Option<usize> {
        let number = self.number()?;
        (number.fract() == 0.0 && (0.0..=f64::from(i32::MAX)).contains(&number)).then_some(number as usize)
    }
}

/// The same key but for case and `_`?
fn same_key(name: &str, key: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        text.bytes().filter(|b| *b != b'_').map(|b| b.to_ascii_lowercase())
    }
    name == key || letters(name).eq(letters(key))
}

/// Reads a text.
pub(super) fn parse<'a>(text: &'a str, limits: &Limits) -> Parsed<'a> {
    let mut reader = Reader {
        text,
        at: 0,
        open: Vec::new(),
        roots: Vec::new(),
        values_left: limits.max_cells,
        max_depth: limits.max_depth,
    };
    let damage = reader.run().err().map(|what| format!("{what} at byte {}", reader.at));
    while reader.close().is_some() {}
    let mut roots = reader.roots;
    let value = if roots.len() == 1 { roots.pop().unwrap_or(Json::Null) } else { Json::List(roots) };
    Parsed { value, damage }
}

enum Open<'a> {
    List(Vec<Json<'a>>),
    Map(Vec<(Cow<'a, str>, Json<'a>)>, Option<Cow<'a, str>>),
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open<'a>>,
    roots: Vec<Json<'a>>,
    values_left: usize,
    max_depth: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn run(&mut self) -> Result<(), &'static str> {
        loop {
            let blank = |b: &u8| b.is_ascii_whitespace() || *b == b',';
            let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
            self.at += rest.iter().take_while(|b| blank(b)).count();
            let Some(byte) = self.peek() else {
                return if self.open.is_empty() { Ok(()) } else { Err("the file ends in the middle") };
            };
            let wants_key = matches!(self.open.last(), Some(Open::Map(_, None)));
            match byte {
                b'[' | b'(' | b'{' if !wants_key => {
                    if self.open.len() >= self.max_depth {
                        return Err("values are nested too deep");
                    }
                    self.spend()?;
                    self.at += 1;
                    self.open.push(if byte == b'{' { Open::Map(Vec::new(), None) } else { Open::List(Vec::new()) });
                }
                b']' | b')' | b'}' => {
                    let fits = match self.open.last() {
                        Some(Open::List(_)) => byte != b'}',
                        Some(Open::Map(..)) => byte == b'}',
                        None => false,
                    };
                    if !fits {
                        return Err("a bracket closes what is not open");
                    }
                    self.at += 1;
                    self.close();
                }
                b'"' | b'\'' => {
                    let text = self.string(byte)?;
                    match self.open.last_mut() {
                        Some(Open::Map(_, key @ None)) => {
                            *key = Some(text);
                            self.colon()?;
                        }
                        _ => self.value(Json::Text(text))?,
                    }
                }
                _ if wants_key => return Err("a key is missing"),
                _ => {
                    let word = self.word();
                    let value = scalar(word)?;
                    self.value(value)?;
                }
            }
        }
    }

    fn colon(&mut self) -> Result<(), &'static str> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
        self.at += rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
        if self.peek() != Some(b':') {
            return Err("a colon is missing");
        }
        self.at += 1;
        Ok(())
    }

    fn spend(&mut self) -> Result<(), &'static str> {
        self.values_left = self.values_left.checked_sub(1).ok_or("there are too many values")?;
        Ok(())
    }

    fn value(&mut self, value: Json<'a>) -> Result<(), &'static str> {
        self.spend()?;
        self.place(value);
        Ok(())
    }

    fn place(&mut self, value: Json<'a>) {
        match self.open.last_mut() {
            Some(Open::List(items)) => items.push(value),
            Some(Open::Map(entries, key)) => {
                if let Some(key) = key.take() {
                    entries.push((key, value));
                }
            }
            None => self.roots.push(value),
        }
    }

    fn close(&mut self) -> Option<()> {
        let closed = match self.open.pop()? {
            Open::List(mut items) => {
                items.shrink_to_fit();
                Json::List(items)
            }
            Open::Map(mut entries, _) => {
                entries.shrink_to_fit();
                Json::Map(entries)
            }
        };
        self.place(closed);
        Some(())
    }

    /// A number or name up to the next sign.
    fn word(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or("");
        let end = rest.find(|c: char| c.is_whitespace() || ",:[](){}\"'".contains(c)).unwrap_or(rest.len());
        // At a stray sign there is no word; it must not be met again.
        let end = if end == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { end };
        self.at += end;
        &rest[..end]
    }

    fn string(&mut self, quote: u8) -> Result<Cow<'a, str>, &'static str> {
        let start = self.at + 1;
        let rest = self.text.as_bytes().get(start..).unwrap_or(&[]);
        let Some(end) = memchr::memchr2(quote, b'\\', rest) else {
            return Err("a text has no end");
        };
        if rest[end] == quote {
            self.at = start + end + 1;
            return Ok(Cow::Borrowed(self.text.get(start..start + end).unwrap_or("")));
        }
        let mut out = String::new();
        let mut at = start;
        loop {
            let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
            let Some(end) = memchr::memchr2(quote, b'\\', rest) else {
                return Err("a text has no end");
            };
            out.push_str(self.text.get(at..at + end).unwrap_or(""));
            at += end + 1;
            if rest[end] == quote {
                self.at = at;
                return Ok(Cow::Owned(out));
            }
            at += self.escape(at, &mut out)?;
        }
    }

    /// Adds what an escape stands for, its backslash before `at`; gives its length.
    fn escape(&self, at: usize, out: &mut String) -> Result<usize, &'static str> {
        let rest = self.text.get(at..).unwrap_or("");
        let c = rest.chars().next().ok_or("a text has no end")?;
        let hex =
            |from: usize, digits: usize| rest.get(from..from + digits).and_then(|d| u32::from_str_radix(d, 16).ok());
        match c {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'b' | 'f' => {}
            'x' => {
                out.push(hex(1, 2).and_then(char::from_u32).unwrap_or('\u{FFFD}'));
                return Ok(3.min(rest.len()));
            }
            'u' => {
                let high = hex(1, 4).ok_or("an escape is broken")?;
                if (0xD800..0xDC00).contains(&high) && rest.get(5..7) == Some("\\u") {
                    let low = hex(7, 4).filter(|low| (0xDC00..0xE000).contains(low));
                    if let Some(low) = low {
                        let joined = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                        out.push(char::from_u32(joined).unwrap_or('\u{FFFD}'));
                        return Ok(11);
                    }
                }
                out.push(char::from_u32(high).unwrap_or('\u{FFFD}'));
                return Ok(5);
            }
            other => out.push(other),
        }
        Ok(c.len_utf8())
    }
}

fn scalar(word: &str) -> Result<Json<'static>, &'static str> {
    Ok(match word {
        "null" | "None" | "nan" | "NaN" | "Infinity" | "-Infinity" | "inf" | "-inf" => Json::Null,
        "true" | "True" => Json::Bool(true),
        "false" | "False" => Json::Bool(false),
        _ => {
            let number: f64 = word.parse().map_err(|_| "something that is no value")?;
            if number.is_finite() { Json::Number(number) } else { Json::Null }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Parsed<'_> {
        parse(text, &Limits::default())
    }

    #[test]
    fn json_and_what_python_prints_are_one() {
        let json = read(r#"{"a": [1, -2.5e1, "x\"\u4e00\ud83d\ude00"], "b": null, "c": true}"#);
        let python = read("{'a': (1, -25.0, 'x\"一😀'), 'b': None, 'c': True}");
        assert_eq!(json.value, python.value);
        assert!(json.damage.is_none() && python.damage.is_none());
        assert_eq!(json.value.list("A")[2].text(), Some("x\"一😀"));
    }

    #[test]
    fn what_stands_before_the_damage_is_kept() {
        let cut = read(r#"{"Blocks": [{"Text": "甲"}, {"Text": "乙", "Pa"#);
        assert_eq!(cut.damage.as_deref(), Some("a text has no end at byte 45"));
        let texts: Vec<_> = cut.value.list("Blocks").iter().map(|b| b.text_of("Text")).collect();
        assert_eq!(texts, [Some("甲"), Some("乙")]);
        assert!(read("[1, 2}").damage.is_some());
        assert_eq!(read("[1, oops, 2]").value.items().len(), 1);
    }

    #[test]
    fn keys_are_found_in_every_spelling() {
        let value = read(r#"{"bounding_regions": [1], "RowIndex": 7}"#).value;
        assert_eq!(value.list("boundingRegions").len(), 1);
        assert_eq!(value.count_of("rowIndex"), Some(7));
    }

    #[test]
    fn numbers_that_are_none_are_null() {
        assert_eq!(read("[1e999, NaN, -inf]").value.items(), [Json::Null, Json::Null, Json::Null]);
        assert_eq!(read("[2147483648, -1, 0.5]").value.items().iter().filter_map(Json::count).count(), 0);
    }

    #[test]
    fn depth_and_number_of_values_are_bounded() {
        let deep = "[".repeat(1_000_000);
        assert!(read(&deep).damage.unwrap().contains("nested too deep"));
        let limits = Limits { max_cells: 10, ..Limits::default() };
        let many = parse("[0,0,0,0,0,0,0,0,0,0,0,0,0]", &limits);
        assert_eq!(many.value.items().len(), 9);
        assert!(many.damage.unwrap().contains("too many"));
    }

    #[test]
    fn several_values_are_a_list() {
        assert_eq!(read("{\"a\":1}\n{\"a\":2}").value.items().len(), 2);
    }

    fn same(ours: &Json<'_>, theirs: &serde_json::Value) -> bool {
        use serde_json::Value;
        match (ours, theirs) {
            (Json::Null, Value::Null) => true,
            (Json::Bool(a), Value::Bool(b)) => a == b,
            (Json::Number(a), Value::Number(b)) => b.as_f64() == Some(*a),
            (Json::Text(a), Value::String(b)) => a == b,
            (Json::List(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
            (Json::Map(a), Value::Object(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|((k, a), (l, b))| k == l && same(a, b))
            }
            _ => false,
        }
    }

    fn value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i32>().prop_map(Into::into),
            "[^\u{8}\u{c}]{0,6}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::Array),
                prop::collection::btree_map("[a-z]{1,4}", inner, 0..5)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_is_read_as_serde_reads_it(value in value()) {
            let text = value.to_string();
            let read = read(&text);
            prop_assert!(read.damage.is_none(), "{:?}", read.damage);
            prop_assert!(same(&read.value, &value), "{text}");
        }

        #[test]
        fn nothing_makes_it_fail(text in "[\\[\\]{}()\"'\\\\,:ux0-9a-f. \n一-十]{0,60}") {
            let _ = read(&text);
        }
    }
}
