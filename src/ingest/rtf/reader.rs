//! Tokens → paragraphs: a stack of group states, text decoded by the font in use, row definitions gathered.

use super::fonts::{Fonts, code_page};
use super::tokens::{Token, Tokens};
use crate::ingest::Limits;
use crate::ingest::flow::{Blocks, End, Paragraph, RowShape, Vertical, symbol_mark};
use crate::model::Block;
use encoding_rs::Encoding;

/// Groups inside groups that have a state of their own; deeper ones share the deepest's.
const MOST_GROUPS: usize = 1000;
/// Characters of a font's name that are kept: it is looked at for every run of text in that font.
const LONGEST_FONT_NAME: usize = 64;

/// Where text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Destination {
    Body,
    Footnote,
    FontTable,
    FormField,
    Nowhere,
}

#[derive(Debug, Clone)]
struct Group {
    destination: Destination,
    font: i32,
    /// Characters that stand behind each `\u` for readers without Unicode.
    fallback: usize,
    deleted: bool,
    hidden: bool,
}

/// What was read.
pub(super) struct Read {
    pub(super) blocks: Vec<Block<'static>>,
    pub(super) cut: bool,
    pub(super) cells_without_rows: usize,
    pub(super) deleted: usize,
    pub(super) hidden: usize,
    pub(super) pictures: usize,
    pub(super) text_boxes: usize,
    pub(super) unclosed: usize,
}

#[derive(Debug, Default)]
struct CheckBox {
    is_check_box: bool,
    state: Option<i32>,
    default: i32,
}

/// A row definition being gathered.
#[derive(Debug, Default)]
struct Row {
    shape: RowShape,
    vertical: Vertical,
    horizontal: u8,
}

pub(super) struct Reader {
    groups: Vec<Group>,
    /// Open groups beyond [`MOST_GROUPS`].
    too_deep: usize,
    /// The group has just opened: its first word says what it is for.
    starred: bool,
    fonts: Fonts,
    document_encoding: &'static Encoding,
    pending: Vec<u8>,
    high_surrogate: Option<u16>,
    skip: usize,
    text: String,
    note: String,
    notes: Vec<String>,
    in_table: bool,
    nesting: Option<usize>,
    heading: Option<u8>,
    new_page: bool,
    row: Row,
    check_box: CheckBox,
    blocks: Blocks,
    deleted: usize,
    hidden: usize,
    pictures: usize,
    text_boxes: usize,
}

impl Reader {
    pub(super) fn new(limits: &Limits) -> Self {
        let first = Group { destination: Destination::Body, font: -1, fallback: 1, deleted: false, hidden: false };
        Reader {
            groups: vec![first],
            too_deep: 0,
            starred: false,
            fonts: Fonts::default(),
            document_encoding: encoding_rs::WINDOWS_1252,
            pending: Vec::new(),
            high_surrogate: None,
            skip: 0,
            text: String::new(),
            note: String::new(),
            notes: Vec::new(),
            in_table: false,
            nesting: None,
            heading: None,
            new_page: false,
            row: Row::default(),
            check_box: CheckBox::default(),
            blocks: Blocks::new(limits),
            deleted: 0,
            hidden: 0,
            pictures: 0,
            text_boxes: 0,
        }
    }

    pub(super) fn read(mut self, bytes: &[u8]) -> Read {
        for token in Tokens(bytes) {
            let starred = std::mem::take(&mut self.starred);
            match token {
                Token::Open => self.open(),
                Token::Close => {
                    if self.close() {
                        break;
                    }
                }
                Token::Word(word, number) => self.word(word, number, starred),
                Token::Symbol(b'*') => self.starred = true,
                Token::Symbol(symbol) => self.symbol(symbol),
                Token::Byte(byte) => self.bytes(&[byte]),
                Token::Text(text) => self.bytes(text),
            }
        }
        let unclosed = self.groups.len() - 1 + self.too_deep;
        self.flush();
        if !self.text.trim().is_empty() {
            self.end_paragraph(End::Mark);
        }
        let Reader { deleted, hidden, pictures, text_boxes, .. } = self;
        let (blocks, cut, cells_without_rows) = self.blocks.finish();
        Read { blocks, cut, cells_without_rows, deleted, hidden, pictures, text_boxes, unclosed }
    }

    fn group(&mut self) -> &mut Group {
        if self.groups.is_empty() {
            self.groups.push(Group {
                destination: Destination::Body,
                font: -1,
                fallback: 1,
                deleted: false,
                hidden: false,
            });
        }
        let last = self.groups.len() - 1;
        &mut self.groups[last]
    }

    fn destination(&self) -> Destination {
        self.groups.last().map_or(Destination::Body, |g| g.destination)
    }

    fn open(&mut self) {
        self.flush();
        self.skip = 0;
        if self.groups.len() > MOST_GROUPS {
            self.too_deep += 1;
        } else {
            let group = self.group().clone();
            self.groups.push(group);
        }
    }

    /// Ends a group; true where it was the document's own.
    fn close(&mut self) -> bool {
        self.flush();
        self.skip = 0;
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return false;
        }
        let closed = if self.groups.len() > 1 { self.groups.pop() } else { None };
        let outer = self.destination();
        match closed.map(|g| g.destination) {
            Some(Destination::Footnote) if outer != Destination::Footnote => {
                let note = std::mem::take(&mut self.note).trim().to_owned();
                if !note.is_empty() {
                    self.notes.push(note);
                }
            }
            Some(Destination::FormField) if outer != Destination::FormField => {
                let check_box = std::mem::take(&mut self.check_box);
                if check_box.is_check_box {
                    // 25 means "as the default says".
                    let state = check_box.state.filter(|s| *s != 25).unwrap_or(check_box.default);
                    self.text.push(if state == 1 { '☑' } else { '□' });
                }
            }
            _ => {}
        }
        self.groups.len() == 1
    }

    fn word(&mut self, word: &[u8], number: Option<i32>, starred: bool) {
        if word == b"u" {
            self.unicode(number.unwrap_or(0));
            return;
        }
        self.flush();
        // A control word stands for one of the characters that are skipped behind `\u`.
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        let on = number != Some(0);
        if self.destination_word(word, starred) {
            return;
        }
        match word {
            b"ansicpg" => self.document_encoding = code_page(number.unwrap_or(1252)),
            b"deff" => self.group().font = number.unwrap_or(-1),
            b"uc" => self.group().fallback = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(1).min(16),
            b"f" => self.group().font = number.unwrap_or(-1),
            b"fcharset" => {
                let font = self.group().font;
                if self.destination() == Destination::FontTable
                    && let Some(entry) = self.fonts.entry(font)
                {
                    entry.charset = number;
                }
            }
            b"deleted" => self.group().deleted = on,
            b"v" => self.group().hidden = on,
            b"plain" => {
                let group = self.group();
                group.deleted = false;
                group.hidden = false;
            }
            b"fftype" => self.check_box.is_check_box = number == Some(1),
            b"ffres" => self.check_box.state = number,
            b"ffdefres" => self.check_box.default = number.unwrap_or(0),
            _ if matches!(self.destination(), Destination::Body | Destination::Footnote) => {
                self.body_word(word, number, on)
            }
            _ => {}
        }
    }

    /// Words that say what a group is for; true where the word was one, or an unknown starred one.
    fn destination_word(&mut self, word: &[u8], starred: bool) -> bool {
        let inside = self.destination();
        let to = match word {
            b"fonttbl" => Destination::FontTable,
            b"footnote" if inside == Destination::Body => Destination::Footnote,
            b"formfield" => Destination::FormField,
            b"colortbl" | b"stylesheet" | b"info" | b"header" | b"headerl" | b"headerr" | b"headerf" | b"footer"
            | b"footerl" | b"footerr" | b"footerf" | b"annotation" | b"nonshppict" | b"nonesttables" | b"objdata"
            | b"fldinst" | b"shprslt" | b"listtable" | b"listoverridetable" | b"filetbl" | b"revtbl" | b"xe"
            | b"tc" | b"txe" | b"falt" | b"panose" | b"themedata" | b"datastore" | b"ftnsep" | b"ftnsepc"
            | b"aftnsep" | b"aftnsepc" => Destination::Nowhere,
            b"pict" => {
                self.pictures += usize::from(inside == Destination::Body);
                Destination::Nowhere
            }
            b"shptxt" | b"dptxbxtext" => {
                self.text_boxes += 1;
                Destination::Nowhere
            }
            // These hold what the body needs, though a reader may pass them over.
            b"nesttableprops" | b"shppict" | b"ud" => return false,
            _ if starred => Destination::Nowhere,
            _ => return false,
        };
        // Inside what is left out only a form field, which stands in a field's code, is of use.
        if inside != Destination::Nowhere || to == Destination::FormField {
            self.group().destination = to;
        }
        true
    }

    fn body_word(&mut self, word: &[u8], number: Option<i32>, on: bool) {
        match word {
            b"par" | b"sect" if self.destination() == Destination::Footnote => self.note.push('\n'),
            b"par" => self.end_paragraph(End::Mark),
            b"cell" | b"nestcell" => self.end_paragraph(End::Cell),
            b"row" | b"nestrow" => {
                let shape = self.row.shape.clone();
                self.end_paragraph(End::Row(shape));
            }
            b"page" | b"sect" => self.end_paragraph(End::Page),
            b"line" | b"lbr" => self.letter('\n'),
            b"tab" => self.letter('\t'),
            b"emdash" => self.letter('—'),
            b"endash" => self.letter('–'),
            b"lquote" => self.letter('‘'),
            b"rquote" => self.letter('’'),
            b"ldblquote" => self.letter('“'),
            b"rdblquote" => self.letter('”'),
            b"bullet" => self.letter('•'),
            b"emspace" | b"enspace" | b"qmspace" => self.letter(' '),
            b"pard" => {
                self.in_table = false;
                self.nesting = None;
                self.heading = None;
                self.new_page = false;
            }
            b"intbl" => self.in_table = on,
            b"itap" => self.nesting = number.and_then(|n| usize::try_from(n).ok()),
            b"pagebb" => self.new_page = on,
            b"outlinelevel" => {
                self.heading = number.and_then(|n| u8::try_from(n).ok()).filter(|n| *n < 9).map(|n| n + 1)
            }
            b"trowd" => self.row = Row::default(),
            b"trleft" if self.row.shape.edges.len() < 2 => self.row.shape.edges = vec![number.unwrap_or(0)],
            b"clvmgf" => self.row.vertical = Vertical::Top,
            b"clvmrg" => self.row.vertical = Vertical::Continued,
            b"clmgf" => self.row.horizontal = 1,
            b"clmrg" => self.row.horizontal = 2,
            b"cellx" => self.row.add(number.unwrap_or(0)),
            _ => {}
        }
    }

    fn symbol(&mut self, symbol: u8) {
        self.flush();
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        match symbol {
            b'~' => self.letter('\u{A0}'),
            b'_' => self.letter('-'),
            b'{' | b'}' | b'\\' => self.letter(char::from(symbol)),
            _ => {}
        }
    }

    fn unicode(&mut self, number: i32) {
        self.flush();
        self.skip = self.group().fallback;
        // Above 32767 it is written as a negative number by some and as it is by others.
        let unit = (number & 0xFFFF) as u16;
        let units: Vec<u16> = self.high_surrogate.take().into_iter().chain([unit]).collect();
        for letter in char::decode_utf16(units) {
            match letter {
                Ok(letter) => self.letter(letter),
                Err(alone)
                    if (0xD800..0xDC00).contains(&alone.unpaired_surrogate()) && alone.unpaired_surrogate() == unit =>
                {
                    self.high_surrogate = Some(unit);
                }
                Err(_) => self.letter('\u{FFFD}'),
            }
        }
    }

    fn bytes(&mut self, mut bytes: &[u8]) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        bytes = bytes.get(skipped..).unwrap_or(&[]);
        self.pending.extend_from_slice(bytes);
    }

    /// Decodes the bytes gathered so far.
    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.pending);
        let font = self.group().font;
        if self.destination() == Destination::FontTable {
            let (name, _) = self.document_encoding.decode_without_bom_handling(&bytes);
            let name: String = name.trim_end_matches(';').trim().chars().take(LONGEST_FONT_NAME).collect();
            if !name.is_empty()
                && let Some(entry) = self.fonts.entry(font)
            {
                entry.name = name;
            }
            return;
        }
        if let Some(symbols) = self.fonts.symbol_name(font).map(str::to_owned) {
            for byte in bytes {
                self.letter(symbol_mark(&symbols, u32::from(byte)).unwrap_or(char::from(byte)));
            }
            return;
        }
        let (text, _) = self.fonts.encoding(font, self.document_encoding).decode_without_bom_handling(&bytes);
        self.put(&text);
    }

    fn letter(&mut self, letter: char) {
        let code = u32::from(letter);
        let letter = if (0xF000..=0xF0FF).contains(&code) {
            let font = self.groups.last().map_or(-1, |g| g.font);
            symbol_mark(self.fonts.symbol_name(font).unwrap_or("Wingdings"), code).unwrap_or(letter)
        } else {
            letter
        };
        self.put(letter.encode_utf8(&mut [0; 4]));
    }

    fn put(&mut self, text: &str) {
        let Some(group) = self.groups.last() else {
            return;
        };
        if group.deleted || group.hidden {
            if matches!(group.destination, Destination::Body | Destination::Footnote) && !text.trim().is_empty() {
                self.deleted += usize::from(group.deleted);
                self.hidden += usize::from(group.hidden && !group.deleted);
            }
            return;
        }
        match group.destination {
            Destination::Body => self.text.push_str(text),
            Destination::Footnote => self.note.push_str(text),
            _ => {}
        }
    }

    fn end_paragraph(&mut self, end: End) {
        if self.destination() != Destination::Body {
            return;
        }
        let text = std::mem::take(&mut self.text);
        // A cell or row mark stands in a table, whether or not its paragraph says so.
        let marks_table = matches!(end, End::Cell | End::Row(_));
        let depth = match self.nesting {
            Some(depth) if depth > 0 => depth,
            _ => usize::from(self.in_table || marks_table),
        };
        self.blocks.add(Paragraph { text, end, depth, heading: self.heading, new_page: self.new_page });
        self.new_page = false;
        for note in std::mem::take(&mut self.notes) {
            self.blocks.add_note(&note);
        }
    }
}

impl Row {
    /// A cell that ends here.
    fn add(&mut self, right: i32) {
        // Word knows 63 cells in a row. Every row copies its definition, so a longer one costs more than it says.
        if self.shape.horizontal.len() >= 256 {
            return;
        }
        if self.shape.edges.is_empty() {
            // Word leaves half the gap between cells left of the margin; any value left of the first cell's end does.
            self.shape.edges.push(right.min(0));
        }
        self.shape.edges.push(right);
        self.shape.horizontal.push(std::mem::take(&mut self.horizontal));
        self.shape.vertical.push(std::mem::take(&mut self.vertical));
    }
}
