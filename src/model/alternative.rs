/// Another way to read a place of a text that was recognised from pixels: what the picture allows beside what was read.
///
/// Recognition gives the few that it held possible, and later stages that know what a place may hold (a number, a part of
/// a sum) may decide between them. What is in no alternative was not seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// First byte of the text that it stands in place of.
    pub from: u32,
    /// One past the last such byte; never equal to `from`: what may stand beside a character is told with it.
    pub to: u32,
    /// What may stand there; empty where there may be nothing.
    pub text: Box<str>,
    /// How sure the recognition is of it, 0 to 1.
    pub score: f32,
}

impl Alternative {
    /// The text with this in its place; None where the place is not in it.
    pub fn applied(&self, text: &str) -> Option<String> {
        let (from, to) = (self.from as usize, self.to as usize);
        let (before, after) = (text.get(..from)?, text.get(to..)?);
        (from < to).then(|| [before, &self.text, after].concat())
    }

    /// Do both speak of the same characters?
    pub fn meets(&self, other: &Alternative) -> bool {
        self.from < other.to && other.from < self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alternative(from: u32, to: u32, text: &str) -> Alternative {
        Alternative { from, to, text: text.into(), score: 0.5 }
    }

    #[test]
    fn it_stands_where_it_says_and_nowhere_else() {
        assert_eq!(alternative(0, 1, "≥").applied("290%").as_deref(), Some("≥90%"));
        assert_eq!(alternative(1, 2, "").applied("9.87").as_deref(), Some("987"));
        assert_eq!(alternative(0, 3, ">").applied("≥90").as_deref(), Some(">90"));
        assert_eq!(alternative(1, 2, "x").applied("≥90"), None, "half a character");
        assert_eq!(alternative(3, 9, "x").applied("≥90"), None);
        assert_eq!(alternative(1, 1, "x").applied("90"), None);
        assert!(
            alternative(0, 2, "").meets(&alternative(1, 3, "")) && !alternative(0, 2, "").meets(&alternative(2, 3, ""))
        );
    }
}
