//! XML of office parts, event by event: nesting bounded, document type declarations refused (so no entity is ever
//! declared or fetched), and the two lookups that readers need: local names and attributes.

use super::LoadError;
use super::package::Unfolding;
use encoding_rs::{Encoding, GB18030, GBK, UTF_8};
use memchr::memmem;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::{Config, Reader};
use std::borrow::Cow;
use std::io::BufReader;

/// An XML file as text: by its byte order mark, else by the encoding that it declares, else UTF-8.
pub(crate) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    /// Bytes in which a file declares its encoding.
    const HEAD: usize = 200;
    if Encoding::for_bom(bytes).is_some() {
        return UTF_8.decode(bytes).0;
    }
    let head: String = bytes.iter().take(HEAD).map(|b| char::from(b.to_ascii_lowercase())).collect();
    let declared = head.split_once("encoding=").and_then(|(_, rest)| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split(quote).next()
    });
    let encoding = declared.and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(UTF_8);
    let encoding = if encoding == GBK { GB18030 } else { encoding };
    encoding.decode(bytes).0
}

/// The XML of one part, as events. Empty elements come as a start and an end.
pub(crate) struct Xml<'p> {
    lexer: Lexer<'p>,
    part: String,
    depth: usize,
    max_depth: usize,
    /// Bytes that the lexer was moved over.
    passed: u64,
    /// Why the part ends where it does, if not by itself.
    damage: Option<String>,
}

enum Lexer<'p> {
    Bytes(Reader<&'p [u8]>, &'p [u8]),
    Stream(Box<Reader<BufReader<Unfolding<'p>>>>, Vec<u8>),
}

impl<'p> Xml<'p> {
    /// XML that lies in memory.
    pub(crate) fn of_bytes(bytes: &'p [u8], part: &str, max_depth: usize) -> Self {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut reader = Reader::from_reader(bytes);
        configure(reader.config_mut());
        Xml { lexer: Lexer::Bytes(reader, bytes), part: part.to_owned(), depth: 0, max_depth, passed: 0, damage: None }
    }

    /// XML that is unfolded as it is read.
    pub(crate) fn of_stream(source: BufReader<Unfolding<'p>>, part: &str, max_depth: usize) -> Self {
        let mut reader = Reader::from_reader(source);
        configure(reader.config_mut());
        let lexer = Lexer::Stream(Box::new(reader), Vec::with_capacity(1024));
        Xml { lexer, part: part.to_owned(), depth: 0, max_depth, passed: 0, damage: None }
    }

    /// The part could be unpacked only so far: its end is an error.
    pub(crate) fn note_damage(&mut self, damage: String) {
        self.damage = Some(damage);
    }

    /// The next event; [`Event::Eof`] at the end, when the part's checksum has been verified too.
    ///
    /// # Errors
    /// Broken XML or packing (`damaged`), a broken bound (`too_large`), a document type declaration (`damaged`).
    pub(crate) fn next(&mut self) -> Result<Event<'_>, LoadError> {
        let part = &self.part;
        let event = match &mut self.lexer {
            Lexer::Bytes(reader, _) => match reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let position = reader.error_position() + self.passed;
                    return Err(broken(part, self.damage.as_deref(), &error, position));
                }
            },
            Lexer::Stream(reader, buffer) => {
                buffer.clear();
                reader.get_mut().get_mut().begin_event();
                // The error's place is asked for once the event's loan of the buffer is over.
                let position = reader.buffer_position();
                let read = reader.read_event_into(buffer);
                match read {
                    Ok(event) => event,
                    Err(error) => {
                        return Err(match reader.get_ref().get_ref().exceeded() {
                            Some(bound) => LoadError::too_large(format!("{part}: {bound}")),
                            None => broken(part, self.damage.as_deref(), &error, position),
                        });
                    }
                }
            }
        };
        match &event {
            Event::Start(_) => {
                self.depth += 1;
                if self.depth > self.max_depth {
                    return Err(LoadError::too_large(format!(
                        "{part}: elements are nested more than {} deep",
                        self.max_depth
                    )));
                }
            }
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(_) => {
                return Err(LoadError::damaged(format!(
                    "{part}: a document type declaration has no place in an office file and is not read"
                )));
            }
            Event::Eof => {
                if let Some(damage) = &self.damage {
                    return Err(LoadError::damaged(format!("{part}: {damage}")));
                }
                if self.depth > 0 {
                    return Err(LoadError::damaged(format!("{part}: the XML ends in the middle")));
                }
            }
            _ => {}
        }
        Ok(event)
    }

    /// Passes over the rest of the element whose start has just come.
    pub(crate) fn skip_element(&mut self) -> Result<(), LoadError> {
        let outside = self.depth.saturating_sub(1);
        loop {
            let ends = match self.next()? {
                Event::End(_) => true,
                Event::Eof => return Ok(()),
                _ => false,
            };
            if ends && self.depth <= outside {
                return Ok(());
            }
        }
    }

    /// The same for an element that never holds another of its name: what is in it is not even looked at. `name` is
    /// the tag's name with its prefix.
    pub(crate) fn skip_flat_element(&mut self, name: &str) -> Result<(), LoadError> {
        if let Lexer::Bytes(reader, all) = &mut self.lexer {
            let rest = reader.get_mut();
            let before = &all[..all.len() - rest.len()];
            // An empty element has no end to look for, and looking would go over the rest of the part each time.
            if !before.ends_with(b"/>")
                && let Some(end) = memmem::find(rest, format!("</{name}>").as_bytes())
            {
                *rest = &rest[end..];
                self.passed += end as u64;
            }
        }
        self.skip_element()
    }

    /// Adds the text that comes next, up to the next tag, in one step where it lies in memory and is plain: some writers
    /// refer to every ideograph by its number, and an event for each takes long. What is left comes as events.
    pub(crate) fn take_text(&mut self, into: &mut String) {
        let Lexer::Bytes(reader, all) = &mut self.lexer else { return };
        let rest = reader.get_mut();
        // The end of an empty element is still to come: what follows is not its text.
        if all[..all.len() - rest.len()].ends_with(b"/>") {
            return;
        }
        let Some(end) = memchr::memchr(b'<', rest) else { return };
        let Ok(text) = std::str::from_utf8(&rest[..end]) else { return };
        let before = into.len();
        if push_text(into, text).is_none() {
            into.truncate(before);
            return;
        }
        *rest = &rest[end..];
        self.passed += end as u64;
    }

    /// Elements open now.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }
}

fn configure(config: &mut Config) {
    config.expand_empty_elements = true;
    config.allow_dangling_amp = true;
}

fn broken(part: &str, damage: Option<&str>, error: &quick_xml::Error, position: u64) -> LoadError {
    LoadError::damaged(match damage {
        Some(damage) => format!("{part}: {damage}"),
        None => format!("{part}: {error} (at byte {position} of the unpacked part)"),
    })
}

/// The attributes of a tag, as written, without their prefixes.
pub(crate) fn attributes<'e>(tag: &'e BytesStart<'_>) -> impl Iterator<Item = (&'e str, &'e str)> {
    let mut rest = tag.attributes_raw();
    std::iter::from_fn(move || {
        let equals = memchr::memchr(b'=', rest.as_bytes())?;
        let name = rest[..equals].trim();
        let after = rest[equals + 1..].trim_start();
        let quote = *after.as_bytes().first().filter(|q| matches!(q, b'"' | b'\''))?;
        let end = memchr::memchr(quote, &after.as_bytes()[1..])? + 1;
        rest = &after[end + 1..];
        Some((local(name), &after[1..end]))
    })
}

/// The attribute of this local name, its references resolved.
pub(crate) fn attribute<'e>(tag: &'e BytesStart<'_>, name: &str) -> Option<Cow<'e, str>> {
    attributes(tag).find(|(n, _)| *n == name).map(|(_, value)| unescaped(value))
}

/// The attribute of this local name as a number.
pub(crate) fn number_attribute<N: std::str::FromStr>(tag: &BytesStart<'_>, name: &str) -> Option<N> {
    attributes(tag).find(|(n, _)| *n == name)?.1.trim().parse().ok()
}

/// Office's on-off values: absent or anything but a word for no is yes.
pub(crate) fn is_on(tag: &BytesStart<'_>) -> bool {
    attributes(tag).find(|(n, _)| *n == "val").is_none_or(|(_, v)| !is_no(v))
}

/// A word for no.
pub(crate) fn is_no(value: &str) -> bool {
    matches!(value, "0" | "false" | "off" | "none")
}

/// A value as written, its references resolved; what cannot be resolved stays as written.
pub(crate) fn unescaped(value: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', value.as_bytes()).is_none() {
        return Cow::Borrowed(value);
    }
    unescape(value).unwrap_or(Cow::Borrowed(value))
}

/// Adds a text as written, its references resolved; none, and half of it added, where one is not as it should be.
fn push_text(into: &mut String, text: &str) -> Option<()> {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        into.push_str(&rest[..at]);
        let name = &rest[at + 1..];
        let end = name.bytes().take(LONGEST_REFERENCE).position(|b| b == b';')?;
        into.push(match name[..end].strip_prefix('#') {
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                char::from_u32(digits.parse().ok()?).filter(|c| *c != '\0')?
            }
            _ => match &name[..end] {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                "apos" => '\'',
                _ => return None,
            },
        });
        rest = &name[end + 1..];
    }
    into.push_str(rest);
    Some(())
}

/// Bytes of a reference to a character, its sign apart.
const LONGEST_REFERENCE: usize = 9;

/// Adds what a reference in text stands for.
pub(crate) fn push_reference(into: &mut String, reference: &BytesRef<'_>) {
    match reference.resolve_char_ref() {
        Ok(Some(c)) => into.push(c),
        _ => match resolve_predefined_entity(reference) {
            Some(text) => into.push_str(text),
            None => {
                into.push('&');
                into.push_str(reference);
                into.push(';');
            }
        },
    }
}

/// A name without its prefix.
pub(crate) fn local(name: &str) -> &str {
    match memchr::memrchr(b':', name.as_bytes()) {
        Some(at) => &name[at + 1..],
        None => name,
    }
}
